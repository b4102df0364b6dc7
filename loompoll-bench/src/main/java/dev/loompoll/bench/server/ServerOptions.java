package dev.loompoll.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What every JVM contestant is told, as {@code key=value} arguments, so that all get the same.
 *
 * @param withParent end when stdin does, so that no server survives the bench
 * @param hogs tasks that burn CPU beside the echoes, when told by {@code burn} on stdin
 * @param hogMillis how much each burns before the next takes its place; 0 is without end
 */
record ServerOptions(
    String host, int port, int backlog, int buffer, boolean withParent, int hogs, int hogMillis) {

  static ServerOptions parse(String[] args) {
    Map<String, String> given = new HashMap<>();
    for (String arg : args) {
      int eq = arg.indexOf('=');
      if (eq < 0) {
        throw new IllegalArgumentException("not key=value: " + arg);
      }
      given.put(arg.substring(0, eq), arg.substring(eq + 1));
    }
    return new ServerOptions(
        given.getOrDefault("host", "127.0.0.1"),
        Integer.parseInt(given.getOrDefault("port", "0")),
        Integer.parseInt(given.getOrDefault("backlog", "4096")),
        Integer.parseInt(given.getOrDefault("buffer", "1024")),
        Boolean.parseBoolean(given.getOrDefault("with-parent", "false")),
        Integer.parseInt(given.getOrDefault("hogs", "0")),
        Integer.parseInt(given.getOrDefault("hog-millis", "0")));
  }

  /** Says where it listens, and from now on does what stdin says. */
  void listening(InetSocketAddress address, Consumer<Runnable> go) {
    System.out.println(
        "listening on " + address.getAddress().getHostAddress() + ":" + address.getPort());
    System.out.flush();
    if (withParent) {
      Hog hog = new Hog(hogs, hogMillis, go);
      Thread.ofPlatform().daemon().name("with-parent").start(() -> obey(hog));
    }
  }

  private static void obey(Hog hog) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = in.readLine()) != null; ) {
        hog.told(line);
      }
    } catch (IOException e) {
      // as good as its end
    }
    Runtime.getRuntime().halt(0);
  }
}
