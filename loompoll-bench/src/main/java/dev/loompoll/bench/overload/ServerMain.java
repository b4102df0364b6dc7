package dev.loompoll.bench.overload;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** What the servers of these experiments have in common, as programs. */
final class ServerMain {
  static final int BACKLOG = 4096;

  private ServerMain() {}

  /** {@code --model NAME} or {@code key=value}. */
  static Map<String, String> options(String[] args) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith("--") && i + 1 < args.length) {
        given.put(args[i].substring(2), args[i + 1]);
        i++;
      } else {
        int eq = args[i].indexOf('=');
        if (eq < 0) {
          throw new IllegalArgumentException("not key=value: " + args[i]);
        }
        given.put(args[i].substring(0, eq), args[i].substring(eq + 1));
      }
    }
    return given;
  }

  /**
   * Says where it listens; from now on answers {@code stats} on stdin by a line, and ends when
   * stdin does.
   */
  static void listening(InetSocketAddress address, Supplier<Map<String, Long>> stats) {
    System.out.println(
        "listening on " + address.getAddress().getHostAddress() + ":" + address.getPort());
    System.out.flush();
    Thread.ofPlatform().daemon().name("with-parent").start(() -> obey(stats));
  }

  private static void obey(Supplier<Map<String, Long>> stats) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = in.readLine()) != null; ) {
        if (line.equals("stats")) {
          print(stats.get());
        }
      }
    } catch (IOException e) {
      // as good as its end
    }
    Runtime.getRuntime().halt(0);
  }

  /** {@code stats} and a line of JSON. */
  static void print(Map<String, Long> stats) {
    StringJoiner all = new StringJoiner(",", "{", "}");
    stats.forEach((key, value) -> all.add("\"" + key + "\":" + value));
    System.out.println("stats " + all);
    System.out.flush();
  }
}
