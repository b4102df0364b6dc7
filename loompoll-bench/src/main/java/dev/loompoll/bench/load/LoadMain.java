package dev.loompoll.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The load generator's process. Reads commands from stdin, one a line, and answers each with one
 * line of JSON; ends when stdin does.
 *
 * <pre>
 * open NAME HOST PORT CONNECTIONS SIZE
 * run NAME MILLIS COUNT THINK_MICROS FLOODERS DRAIN_MILLIS [sleeping]
 * lanes NAME HOST PORT CONNECTIONS SIZE
 * pipelined NAME MILLIS DRAIN_MILLIS DEPTH
 * streaming NAME MILLIS DRAIN_MILLIS CHUNK
 * fixed-rate NAME MILLIS DRAIN_MILLIS PER_SECOND
 * churn NAME MILLIS DRAIN_MILLIS REQUESTS
 * http HOST PORT CONNECTIONS ANSWER_BYTES MILLIS
 * saturate HOST PORT CONNECTIONS WORK MILLIS
 * offer HOST PORT KEY=VALUE... (see {@link Offer})
 * close NAME
 * </pre>
 */
public final class LoadMain {
  private final Map<String, Connections> opened = new HashMap<>();
  private final Map<String, Lanes> lanes = new HashMap<>();
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
        case "lanes" -> lanes(words);
        case "pipelined" -> work(words, Pipelined::new);
        case "streaming" -> work(words, Streaming::new);
        case "fixed-rate" -> work(words, FixedRate::new);
        case "churn" -> work(words, Churn::new);
        case "http" -> http(words);
        case "saturate" ->
            new Saturation(address(words), Integer.parseInt(words[4]))
                .run(Integer.parseInt(words[3]), Long.parseLong(words[5]));
        case "offer" ->
            new OpenLoad(address(words), Offer.parse(List.of(words).subList(3, words.length)))
                .run();
        case "close" -> close(words[1]);
        default -> error("unknown command " + words[0]);
      };
    } catch (IOException | RuntimeException e) {
      return error(e.toString());
    }
  }

  private static InetSocketAddress address(String[] w) {
    return new InetSocketAddress(w[1], Integer.parseInt(w[2]));
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
            Long.parseLong(w[6]),
            w.length > 7 && w[7].equals("sleeping"));
    Slice s = slice;
    if (s == null) {
      s = new Slice(conns, load);
      slice = s;
    } else {
      s.reset(conns, load);
    }
    return s.run().json();
  }

  private String lanes(String[] w) throws IOException {
    InetSocketAddress to = new InetSocketAddress(w[2], Integer.parseInt(w[3]));
    lanes.put(w[1], Lanes.open(to, Integer.parseInt(w[4]), Integer.parseInt(w[5])));
    return "{\"opened\":" + w[4] + "}";
  }

  /** A kind of load, with its one number. */
  @FunctionalInterface
  private interface Kind {
    LaneLoad on(Lanes lanes, int number);
  }

  private String work(String[] w, Kind kind) throws IOException {
    Lanes l = lanes.get(w[1]);
    if (l == null) {
      throw new IOException("no lanes named " + w[1]);
    }
    return kind.on(l, Integer.parseInt(w[4]))
        .run(Long.parseLong(w[2]), Long.parseLong(w[3]))
        .json();
  }

  private static String http(String[] w) throws IOException {
    InetSocketAddress to = new InetSocketAddress(w[1], Integer.parseInt(w[2]));
    HttpLoad load = new HttpLoad(to, Integer.parseInt(w[3]), Integer.parseInt(w[4]));
    try {
      return load.run(Long.parseLong(w[5])).json();
    } finally {
      load.close();
    }
  }

  private String close(String name) throws IOException {
    Lanes l = lanes.remove(name);
    if (l != null) {
      l.close();
      return "{\"closed\":true}";
    }
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
