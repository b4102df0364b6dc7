package dev.loompoll.system;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.ConnResetException;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A child that echoes. With the argument {@code deadlines} every read has one, far away.
 *
 * <p>Commands: {@code stats}; {@code fds}; {@code failures}, the exceptions that ended connections,
 * or {@code accept}, resets not among them.
 */
final class EchoServer {
  private static final Duration FAR = Duration.ofMinutes(10);

  private static final AtomicInteger EOF = new AtomicInteger();
  private static final AtomicInteger RESET = new AtomicInteger();
  private static final AtomicInteger WRITING = new AtomicInteger();
  private static final AtomicLong KILOBYTES = new AtomicLong();
  private static final Queue<String> FAILURES = new ConcurrentLinkedQueue<>();

  private EchoServer() {}

  public static void main(String[] args) throws Exception {
    boolean deadlines = args.length > 0 && args[0].equals("deadlines");
    Listener listener = Net.listen("tcp", "127.0.0.1:0");
    go("accept", () -> accept(listener, deadlines));
    Console.serve(
        listener.address().getPort(),
        command ->
            switch (command) {
              case "stats" -> stats();
              case "fds" -> "fds=" + Console.descriptors();
              case "failures" -> String.join("|", FAILURES);
              default -> throw new IllegalArgumentException(command);
            });
  }

  private static String stats() {
    return String.format(
        "%s, eof=%d, reset=%d, failed=%d, writing=%d, kilobytes=%d",
        Console.stats(), EOF.get(), RESET.get(), FAILURES.size(), WRITING.get(), KILOBYTES.get());
  }

  private static void accept(Listener listener, boolean deadlines) {
    try {
      while (true) {
        Conn conn = listener.accept();
        go(() -> echo(conn, deadlines));
      }
    } catch (Throwable t) {
      FAILURES.add(t.toString());
    }
  }

  private static void echo(Conn conn, boolean deadlines) {
    try (conn) {
      if (deadlines) {
        conn.setReadDeadline(FAR);
      }
      echo(conn);
      EOF.incrementAndGet();
    } catch (ConnResetException e) {
      RESET.incrementAndGet();
    } catch (Throwable t) {
      FAILURES.add(t.toString());
    }
  }

  private static void echo(Conn conn) throws IOException {
    byte[] b = new byte[16 * 1024];
    for (int n; (n = conn.read(b)) > 0; ) {
      WRITING.incrementAndGet();
      try {
        conn.write(b, 0, n);
      } finally {
        WRITING.decrementAndGet();
      }
      KILOBYTES.addAndGet(n / 1024);
    }
  }
}
