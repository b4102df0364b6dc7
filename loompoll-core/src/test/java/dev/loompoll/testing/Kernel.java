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
