package dev.loompoll.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The load generator's process. Reads commands from stdin, one a line, and answers each with one
 * line of JSON; ends when stdin does.
 *
 * <pre>
 * open NAME HOST PORT CONNECTIONS SIZE
 * run NAME MILLIS COUNT THINK_MICROS FLOODERS
 * close NAME
 * </pre>
 */
public final class LoadMain {
  private final Map<String, Connections> opened = new HashMap<>();
  private @Nullable Slice slice;

  private LoadMain() {}

  public static void main(String[] args) throws IOException {
    LoadMain main = new LoadMain();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      System.out.println(main.answer(line.split(" ")));
      System.out.flush();
    }
    System.exit(0);
  }

  private String answer(String[] words) {
    try {
      return switch (words[0]) {
        case "open" -> open(words);
        case "run" -> run(words);
        case "close" -> close(words[1]);
        default -> error("unknown command " + words[0]);
      };
    } catch (IOException | RuntimeException e) {
      return error(e.toString());
    }
  }

  private static String error(String message) {
    return "{\"error\":\"" + message.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
  }

  private String open(String[] w) throws IOException {
    long start = System.nanoTime();
    InetSocketAddress to = new InetSocketAddress(w[2], Integer.parseInt(w[3]));
    opened.put(w[1], Connections.open(to, Integer.parseInt(w[4]), Integer.parseInt(w[5])));
    return "{\"opened\":" + w[4] + ",\"nanos\":" + (System.nanoTime() - start) + "}";
  }

  private String run(String[] w) throws IOException {
    Connections conns = named(w[1]);
    Load load =
        new Load(
            Long.parseLong(w[2]),
            Integer.parseInt(w[3]),
            Long.parseLong(w[4]),
            Integer.parseInt(w[5]),
            w.length > 6 && w[6].equals("sleeping"));
    Slice s = slice;
    if (s == null) {
      s = new Slice(conns, load);
      slice = s;
    } else {
      s.reset(conns, load);
    }
    return s.run().json();
  }

  private String close(String name) throws IOException {
    named(name).close();
    opened.remove(name);
    return "{\"closed\":true}";
  }

  private Connections named(String name) throws IOException {
    Connections c = opened.get(name);
    if (c == null) {
      throw new IOException("no connections named " + name);
    }
    return c;
  }
}
