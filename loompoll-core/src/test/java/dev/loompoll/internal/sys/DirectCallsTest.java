package dev.loompoll.internal.sys;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The calls that have a way past the C library, and in the fallback run of these tests take none.
 */
class DirectCallsTest {
  private static final int NO_FD = 1_000_000_000;

  private final ErrnoCell errno = new ErrnoCell();
  private final int listener = SocketCalls.socket(SocketCalls.AF_INET, errno);
  private final int client = SocketCalls.socket(SocketCalls.AF_INET, errno);
  private int server = -1;

  private void connect() {
    byte[] address = {2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    assertEquals(0, SocketCalls.bind(listener, address, errno));
    assertEquals(0, SocketCalls.listen(listener, 1, errno));
    int[] length = new int[1];
    assertEquals(0, SocketCalls.getsockname(listener, address, length, errno));
    assertEquals(-Errno.EINPROGRESS, SocketCalls.connect(client, address, errno));
    server = SocketCalls.accept(listener, address, length, errno);
  }

  @AfterEach
  void close() {
    for (int fd : new int[] {listener, client, server}) {
      FdCalls.close(fd);
    }
  }

  @Test
  void thereAreSomeWhereTheyAreWanted() {
    boolean wanted = !Boolean.getBoolean("loompoll.unsupported.force.fallback");
    boolean possible = System.getProperty("os.arch").equals("amd64");
    assertEquals(wanted && possible, DirectCalls.present());
    assertEquals(!DirectCalls.present(), SocketCalls.TRANSFERS_NEED_ERRNO);
  }

  @Test
  void bytesGoThereAndBack() {
    connect();
    byte[] text = "ping and pong".getBytes(UTF_8);
    assertEquals(4, SocketCalls.send(client, text, 0, 4, errno));
    assertEquals(4, SocketCalls.send(client, text, 9, 4, errno)); // from within an array
    byte[] got = new byte[20];
    assertEquals(3, SocketCalls.recv(server, got, 2, 3, errno));
    ByteBuffer direct = ByteBuffer.allocateDirect(20);
    assertEquals(5, SocketCalls.recv(server, direct, 1, 10, errno));
    direct.get(1, got, 5, 5);
    assertEquals("pingpong", new String(got, 2, 8, UTF_8));

    assertEquals(3, SocketCalls.send(server, direct, 2, 3, errno));
    byte[] back = new byte[20];
    assertEquals(3, SocketCalls.recv(client, back, 0, 20, errno));
    assertArrayEquals("pon".getBytes(UTF_8), Arrays.copyOf(back, 3));
  }

  /** What the kernel says, and no signal. */
  @Test
  void errorsAreTold() {
    byte[] bytes = new byte[1];
    assertEquals(-Errno.EBADF, SocketCalls.recv(NO_FD, bytes, 0, 1, errno));
    assertEquals(-Errno.EBADF, SocketCalls.send(NO_FD, bytes, 0, 1, errno));
    assertEquals(-Errno.EBADF, new EpollCalls.EventBuffer(1).pollNow(NO_FD));
    assertEquals(-Errno.ENOTCONN, SocketCalls.recv(client, bytes, 0, 1, errno));
    connect();
    assertEquals(-Errno.EAGAIN, SocketCalls.recv(server, bytes, 0, 1, errno));
    assertEquals(0, SocketCalls.shutdown(server, SocketCalls.SHUT_WR, errno));
    assertEquals(-Errno.EPIPE, SocketCalls.send(server, bytes, 0, 1, errno));
    assertEquals(0, SocketCalls.recv(client, bytes, 0, 1, errno));
  }
}
