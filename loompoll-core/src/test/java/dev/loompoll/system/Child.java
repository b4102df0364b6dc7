package dev.loompoll.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.loompoll.Loompoll;
import dev.loompoll.internal.net.Engine;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process with a JVM and a main class of this package, which answers each line of its input with
 * one line; see {@link Console}. Closing it asks it to quit, and fails if it did not live until
 * then.
 */
final class Child implements AutoCloseable {
  private static final Pattern NUMBER = Pattern.compile("(\\w+)=(-?\\d+)");
  private static final String END = "(end of output)";

  private final Process process;
  private final Path err;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private final int port;
  private boolean killed;

  private Child(Process process, Path err) {
    this.process = process;
    this.err = err;
    Thread.ofPlatform().daemon().name("output-of-" + process.pid()).start(this::read);
    String ready = answer("start");
    if (!ready.startsWith(Console.READY)) {
      throw failed("said " + ready);
    }
    this.port = Integer.parseInt(ready.substring(Console.READY.length()));
  }

  static Child start(Class<?> main, String... arguments) throws IOException {
    return start(List.of(), classPath(), main, arguments);
  }

  /**
   * Starts one.
   *
   * @param wrapper a command that runs the one which follows it
   */
  static Child start(List<String> wrapper, String classPath, Class<?> main, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            // Two Ps on every machine; otherwise as few threads and as little memory as will do.
            "-D" + Engine.PROCS + "=2",
            "-D" + Engine.FORCE_FALLBACK + "=" + Tools.FALLBACK,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "-cp",
            classPath,
            main.getName()));
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile("child", ".err");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    try {
      return new Child(process, err);
    } catch (Throwable t) {
      process.destroyForcibly();
      Files.delete(err);
      throw t;
    }
  }

  /** The library and these tests, as directories. */
  static String classPath() {
    return Stream.of(Loompoll.class, Child.class)
        .map(Child::home)
        .collect(Collectors.joining(File.pathSeparator));
  }

  static String home(Class<?> c) {
    CodeSource source = c.getProtectionDomain().getCodeSource();
    return Path.of(java.net.URI.create(source.getLocation().toString())).toString();
  }

  private void read() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = reader.readLine()) != null; ) {
        answers.add(line);
      }
    } catch (IOException e) {
      answers.add("(" + e + ")");
    }
    answers.add(END);
  }

  private String answer(String command) {
    try {
      String line = answers.poll(Tools.LIMIT_SECONDS, TimeUnit.SECONDS);
      if (line == null || line.equals(END)) {
        throw failed(line == null ? "does not answer \"" + command + "\"" : "has ended");
      }
      return line;
    } catch (InterruptedException e) {
      throw new AssertionError("the test's time is over, waiting for \"" + command + "\"", e);
    }
  }

  private AssertionError failed(String what) {
    return new AssertionError("child " + process.pid() + " " + what + "\n" + err());
  }

  /** What it printed on its standard error. */
  String err() {
    try {
      return Tools.text(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Where it listens. */
  int port() {
    return port;
  }

  /** Sends a command and returns the answer. */
  synchronized String ask(String command) {
    try {
      process.outputWriter().write(command + "\n");
      process.outputWriter().flush();
    } catch (IOException e) {
      throw failed("takes no commands: " + e);
    }
    return answer(command);
  }

  /** The {@code name=number}s in an answer. */
  Map<String, Integer> numbers(String command) {
    Map<String, Integer> numbers = new HashMap<>();
    Matcher m = NUMBER.matcher(ask(command));
    while (m.find()) {
      numbers.put(m.group(1), Integer.valueOf(m.group(2)));
    }
    return numbers;
  }

  int stat(String name) {
    Integer n = numbers("stats").get(name);
    return n != null ? n : fail("no " + name + " among the stats");
  }

  /** Asks again and again until the number is what it should be. */
  void await(String name, IntPredicate enough) {
    long start = System.nanoTime();
    while (!enough.test(stat(name))) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(Tools.LIMIT_SECONDS)) {
        throw failed("waited in vain for " + name + ": " + ask("stats"));
      }
      Thread.yield();
    }
  }

  void await(String name, int value) {
    await(name, n -> n == value);
  }

  /** SIGKILL. */
  void kill() {
    killed = true;
    process.destroyForcibly();
  }

  @Override
  public void close() throws IOException {
    try {
      if (!killed) {
        ask("quit");
      }
      if (!process.waitFor(Tools.LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw failed("does not end");
      }
      if (!killed) {
        assertEquals(0, process.exitValue(), this::err);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("the test's time is over", e);
    } finally {
      process.destroyForcibly();
      Files.delete(err);
    }
  }
}
