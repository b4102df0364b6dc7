package dev.loompoll.testing;

import dev.loompoll.Conn;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel says of a connection, asked past the library. */
public final class Kernel {
  private static final int MSG_PEEK = 2;
  private static final MethodHandle RECV =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("recv"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT,
                  ValueLayout.ADDRESS,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT),
              Linker.Option.critical(true));

  private Kernel() {}

  /** Whether a read would find something now. */
  public static boolean readable(Conn conn) {
    byte[] buffer = new byte[1];
    long[] n = new long[1];
    try {
      conn.rawControl(
          fd -> {
            try {
              n[0] = (long) RECV.invokeExact(fd, MemorySegment.ofArray(buffer), 1L, MSG_PEEK);
            } catch (Throwable t) {
              throw new AssertionError(t);
            }
            return true;
          });
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return n[0] >= 0;
  }

  /** Waits until so many connections wait to be accepted at that port of 127.0.0.1. */
  public static void awaitBacklog(int port, int n) {
    Await.until(n + " wait to be accepted at port " + port, () -> backlog(port) == n);
  }

  /**
   * See proc_net_tcp: the second word is the local address, the fourth the state, of which 0A is a
   * listener's, and the fifth has both queues' lengths, of which the second is what waits there.
   */
  private static int backlog(int port) {
    String address = "0100007F:%04X".formatted(port); // the JDK's listeners have it mapped to IPv6
    try {
      for (String table : List.of("tcp", "tcp6")) {
        for (String line : Files.readAllLines(Path.of("/proc/self/net/" + table))) {
          String[] words = line.strip().split("\\s+");
          if (words[1].endsWith(address) && words[3].equals("0A")) {
            return Integer.parseInt(words[4].substring(words[4].indexOf(':') + 1), 16);
          }
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("nobody listens at port " + port);
  }

  /** The value of a socket option. */
  public static int option(Conn conn, int level, int option) throws IOException {
    int[] value = new int[1];
    int[] rc = new int[1];
    conn.rawControl(
        fd -> {
          rc[0] = SocketCalls.getsockopt(fd, level, option, value, new ErrnoCell());
          return true;
        });
    if (rc[0] < 0) {
      throw new AssertionError("getsockopt: errno " + -rc[0]);
    }
    return value[0];
  }
}
