package dev.loompoll.internal.sched;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that a thread dump of the JDK has, in JSON: the only place where it says which
 * virtual thread is on which carrier.
 *
 * <p>It is read as it comes, one thread at a time, and an unknown key is passed over. Numbers may
 * be written as numbers or as strings.
 */
final class ThreadDump {
  /**
   * A virtual thread on a carrier.
   *
   * @param carrier the id of the platform thread
   * @param stack its frames as text, {@code module/class.method(file:line)}, the top one first
   */
  record Mounted(String id, String name, String carrier, List<String> stack) {}

  private final Reader in;
  private final Consumer<Mounted> found;
  private int next;

  private ThreadDump(Reader in, Consumer<Mounted> found) throws IOException {
    this.in = in;
    this.found = found;
    advance();
  }

  /**
   * Makes a dump, by way of a temporary file. Takes some 30 µs and 600 bytes for each thread there
   * is.
   *
   * @throws IOException if there can be no such file, or it is not what it should be
   * @throws LinkageError if the module {@code jdk.management} is missing
   */
  static void take(Consumer<Mounted> found) throws IOException {
    Path dir = Files.createTempDirectory("loompoll"); // for this user alone
    Path file = dir.resolve("threads.json");
    dir.toFile().deleteOnExit(); // when the process ends meanwhile; the last one said goes first
    file.toFile().deleteOnExit();
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
      try (BufferedReader in = Files.newBufferedReader(file)) {
        read(in, found);
      }
    } finally {
      Files.deleteIfExists(file);
      Files.delete(dir);
    }
  }

  static void read(Reader in, Consumer<Mounted> found) throws IOException {
    ThreadDump dump = new ThreadDump(in, found);
    dump.skipSpace();
    dump.value();
  }

  /** A String, a List, a Map, or null for all that we need not know. */
  private @Nullable Object value() throws IOException {
    return switch (next) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> word();
    };
  }

  /** Null for a thread: it was handed over, and need not be kept. */
  private @Nullable Object object() throws IOException {
    Map<String, Object> object = new HashMap<>();
    expect('{');
    while (next != '}') {
      String key = string();
      expect(':');
      Object value = value();
      if (value != null) {
        object.put(key, value);
      }
      separator('}');
    }
    expect('}');
    if (!object.containsKey("tid")) {
      return object;
    }
    if (object.get("carrier") instanceof String carrier) {
      found.accept(new Mounted(text(object, "tid"), text(object, "name"), carrier, stack(object)));
    }
    return null;
  }

  private static String text(Map<String, Object> object, String key) {
    return object.get(key) instanceof String s ? s : "";
  }

  private static List<String> stack(Map<String, Object> object) {
    List<String> stack = new ArrayList<>();
    if (object.get("stack") instanceof List<?> frames) {
      frames.forEach(frame -> stack.add(String.valueOf(frame)));
    }
    return stack;
  }

  private List<Object> array() throws IOException {
    List<Object> array = new ArrayList<>();
    expect('[');
    while (next != ']') {
      Object value = value();
      if (value != null) {
        array.add(value);
      }
      separator(']');
    }
    expect(']');
    return array;
  }

  private void separator(char end) throws IOException {
    if (next != end) {
      expect(',');
    }
  }

  /** A number as its text; null for true, false and null. */
  private @Nullable String word() throws IOException {
    StringBuilder s = new StringBuilder();
    while (Character.isLetterOrDigit(next) || next == '-' || next == '+' || next == '.') {
      s.append((char) next);
      advance();
    }
    if (s.isEmpty()) {
      throw unexpected();
    }
    skipSpace();
    return Character.isLetter(s.charAt(0)) ? null : s.toString();
  }

  private String string() throws IOException {
    StringBuilder s = new StringBuilder();
    if (next != '"') {
      throw unexpected();
    }
    advance();
    while (next != '"') {
      s.append(next == '\\' ? escaped() : (char) next);
      advance();
    }
    advance();
    skipSpace();
    return s.toString();
  }

  private char escaped() throws IOException {
    advance();
    return switch (next) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int c = 0;
        for (int i = 0; i < 4; i++) {
          advance();
          c = c << 4 | Character.digit(next, 16);
        }
        yield (char) c;
      }
      default -> (char) next;
    };
  }

  private void expect(char c) throws IOException {
    if (next != c) {
      throw unexpected();
    }
    advance();
    skipSpace();
  }

  private void skipSpace() throws IOException {
    while (Character.isWhitespace(next)) {
      advance();
    }
  }

  /** One character on; behind the last one is -1, once. */
  private void advance() throws IOException {
    if (next < 0) {
      throw new EOFException("the thread dump ends early");
    }
    next = in.read();
  }

  private IOException unexpected() {
    return new IOException("a thread dump with an unexpected '" + (char) next + "'");
  }
}
