package dev.loompoll.testing;

import dev.loompoll.Conn;
import dev.loompoll.ConnClosedException;
import dev.loompoll.ConnResetException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Random;

/** What peers do. Each ends quietly when either side closes or resets. */
public final class Traffic {
  private static final int CHUNK = 1024;

  private interface Io {
    void run() throws IOException;
  }

  private Traffic() {}

  public static void echo(Conn conn) throws IOException {
    untilClosed(
        () -> {
          byte[] chunk = new byte[16 * CHUNK];
          for (int n; (n = conn.read(chunk)) > 0; ) {
            conn.write(chunk, 0, n);
          }
        });
  }

  public static void flood(Conn conn) throws IOException {
    untilClosed(() -> writeForever(conn));
  }

  public static void drain(Conn conn) throws IOException {
    untilClosed(() -> conn.inputStream().transferTo(OutputStream.nullOutputStream()));
  }

  /** Zeros, until something is thrown. */
  public static void writeForever(Conn conn) throws IOException {
    byte[] zeros = new byte[CHUNK];
    for (; ; ) {
      conn.write(zeros);
    }
  }

  private static void untilClosed(Io io) throws IOException {
    try {
      io.run();
    } catch (ConnClosedException | ConnResetException e) {
      // that is the end
    }
  }

  public static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
