package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketCalls;
import dev.loompoll.testing.Await;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Pair;
import dev.loompoll.testing.Peer;
import dev.loompoll.testing.Traffic;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes arrive: all, once, in order, and the end and errors after them. */
@ParameterizedClass
@EnumSource(Callers.class)
class StreamTest {
  @Parameter Callers callers;

  private Pair pair;
  private Conn a;
  private Conn b;
  private Group group;

  @BeforeEach
  void open() throws IOException {
    pair = Pair.open();
    a = pair.a();
    b = pair.b();
    group = new Group(callers);
  }

  @AfterEach
  void close() throws IOException {
    pair.close();
  }

  // ---- edges

  /** One edge announces a burst; single bytes are read of it, none waits for another edge. */
  @Test
  void singleBytesOfABurst() throws Exception {
    byte[] sent = Traffic.random(1, 1 << 20);
    group.go(
        () -> {
          b.write(sent);
          b.closeWrite();
        });
    group.go(
        () -> {
          byte[] one = new byte[1];
          for (byte expected : sent) {
            assertEquals(1, a.read(one));
            assertEquals(expected, one[0]);
          }
          assertEquals(-1, a.read(one));
        });
    group.await();
  }

  /** Data and the end of the stream in one edge, before, while and after the reader comes. */
  @Test
  void dataAndEndAtOnce() throws Exception {
    byte[] data = {1, 2, 3, 4, 5};
    for (int i = 0; i < 300; i++) {
      try (Listener listener = Net.listen("tcp", "127.0.0.1:0")) {
        Conn client = Net.dial(listener.address());
        if (i % 3 == 0) {
          client.write(data);
          client.closeWrite();
        } else {
          group.go(
              () -> {
                client.write(data);
                client.closeWrite();
              });
        }
        Conn server = listener.accept();
        int size = 1 + i % 10;
        group.go(
            () -> {
              byte[] buffer = new byte[size];
              int n = 0;
              for (int r; (r = server.read(buffer)) > 0; ) {
                n += r;
              }
              assertEquals(data.length, n);
              assertEquals(-1, server.read(buffer)); // and again
            });
        group.await();
        client.close();
        server.close();
      }
    }
  }

  /** Answers after the peer's half-close: each short read waits for the next edge. */
  @Test
  void messagesThenEnd() throws Exception {
    group.go(
        () -> {
          Random random = new Random(2);
          for (int i = 0; i < 2000; i++) {
            b.write(new byte[1 + random.nextInt(100)]);
          }
          b.closeWrite();
        });
    group.go(
        () -> {
          Random random = new Random(2);
          int expected = 0;
          for (int i = 0; i < 2000; i++) {
            expected += 1 + random.nextInt(100);
          }
          byte[] buffer = new byte[4096];
          int n = 0;
          for (int r; (r = a.read(buffer)) > 0; ) {
            n += r;
          }
          assertEquals(expected, n);
        });
    group.await();
  }

  // ---- urgent data, from a peer of the JDK

  /** A read stops short at urgent data though there is more: that must not count as "empty". */
  @Test
  void urgentDataStallsNothing() throws Exception {
    try (Peer peer = Peer.open()) {
      OutputStream out = peer.socket().getOutputStream();
      InputStream in = peer.socket().getInputStream();
      group.go(
          () -> {
            byte[] buffer = new byte[4096];
            for (int round = 0; round < 200; round++) {
              int n = 0;
              while (n < 6) {
                int r = peer.conn().read(buffer, n, buffer.length - n);
                assertTrue(r > 0);
                n += r;
              }
              assertEquals("abcdef", new String(buffer, 0, n));
              peer.conn().write(buffer, 0, 1);
            }
          });
      for (int round = 0; round < 200; round++) {
        out.write(new byte[] {'a', 'b', 'c'});
        peer.socket().sendUrgentData('!'); // out of band: no reader of the stream sees it
        out.write(new byte[] {'d', 'e', 'f'});
        assertEquals('a', in.read());
      }
      group.await();
    }
  }

  /** Urgent data alone wakes nobody for good. */
  @Test
  void urgentDataBeforeAndAfter() throws Exception {
    try (Peer peer = Peer.open()) {
      OutputStream out = peer.socket().getOutputStream();
      AtomicInteger reads = new AtomicInteger();
      group.goAndBlock(
          () -> {
            byte[] buffer = new byte[10];
            assertEquals(2, peer.conn().read(buffer));
            reads.incrementAndGet();
            assertEquals(1, peer.conn().read(buffer));
            assertEquals(-1, peer.conn().read(buffer));
          });
      peer.socket().sendUrgentData('!');
      out.write(new byte[] {1, 2});
      Await.until("the first two are read", () -> reads.get() == 1);
      peer.socket().sendUrgentData('!');
      out.write(new byte[] {3});
      peer.socket().shutdownOutput();
      group.await();
    }
  }

  // ---- the end

  @Test
  void resetIsAnErrorAndNotTheEnd() throws Exception {
    try (Peer waiting = Peer.open();
        Peer later = Peer.open()) {
      group.goAndBlock(() -> assertReset(waiting.conn()));
      waiting.reset();
      group.await();
      later.reset();
      group.go(() -> assertReset(later.conn()));
      group.await();
    }
  }

  private static void assertReset(Conn conn) {
    ConnResetException e = assertThrows(ConnResetException.class, () -> conn.read(new byte[1]));
    assertTrue(
        e.getMessage()
            .matches(
                "read tcp 127\\.0\\.0\\.1:\\d+->127\\.0\\.0\\.1:\\d+:"
                    + " connection reset \\(ECONNRESET\\)"),
        e.getMessage());
  }

  @Test
  void resetEndsAWrite() throws Exception {
    try (Peer peer = Peer.open()) {
      group.goAndBlock(
          () -> assertThrows(ConnResetException.class, () -> Traffic.writeForever(peer.conn())));
      peer.reset();
      group.await();
      ConnResetException e =
          assertThrows(ConnResetException.class, () -> peer.conn().write(new byte[1]));
      assertTrue(e.getMessage().endsWith("(EPIPE)"), e.getMessage());
    }
  }

  @Test
  void lingerZeroResets() throws Exception {
    try (Peer peer = Peer.open()) {
      peer.conn().setLinger(0);
      peer.conn().close();
      assertThrows(SocketException.class, () -> peer.socket().getInputStream().read());
    }
  }

  @Test
  void lingerNegativeEndsInOrder() throws Exception {
    try (Peer peer = Peer.open()) {
      peer.conn().setLinger(0);
      peer.conn().setLinger(-1);
      peer.conn().write(new byte[] {5});
      peer.conn().close();
      assertArrayEquals(new byte[] {5}, peer.socket().getInputStream().readAllBytes());
    }
  }

  @Test
  void halfCloseOfBothSides() throws Exception {
    a.write(new byte[] {1});
    a.closeWrite();
    assertThrows(ConnResetException.class, () -> a.write(new byte[1])); // EPIPE
    assertArrayEquals(new byte[] {1}, b.inputStream().readAllBytes());
    b.write(new byte[] {2}); // the other direction lives on
    assertEquals(1, a.read(new byte[2]));
    b.closeWrite();
    assertEquals(-1, a.read(new byte[2]));
    assertEquals(-1, b.read(new byte[2]));
    assertTrue(a.isOpen() && b.isOpen());
  }

  @Test
  void closeReadEndsAWaitingRead() throws Exception {
    b.write(new byte[] {1});
    group.go(() -> assertEquals(1, a.read(new byte[9]))); // and so drained
    group.await();
    group.goAndBlock(() -> assertEquals(-1, a.read(new byte[9])));
    a.closeRead();
    group.await();
    a.write(new byte[] {3});
    assertEquals(1, b.read(new byte[9]));
  }

  @Test
  void nothingIsReadOrWrittenOfNothing() throws Exception {
    assertEquals(0, a.read(new byte[0])); // at once, though there is no data
    assertEquals(0, a.read(new byte[5], 5, 0));
    assertEquals(0, a.read(ByteBuffer.allocateDirect(0)));
    assertEquals(0, a.read(new ByteBuffer[0]));
    a.write(new byte[0]);
    assertEquals(0, a.write(ByteBuffer.allocate(0)));
    assertEquals(0, a.write(new ByteBuffer[0]));
    b.closeWrite();
    assertEquals(-1, a.read(new byte[1]));
    assertEquals(0, a.read(new byte[0])); // at the end, too
  }

  @Test
  void badRanges() {
    assertThrows(IndexOutOfBoundsException.class, () -> a.read(new byte[3], 1, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> a.read(new byte[3], -1, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> a.write(new byte[3], 2, 2));
    assertThrows(IndexOutOfBoundsException.class, () -> a.write(new byte[3], 0, -1));
    assertThrows(IndexOutOfBoundsException.class, () -> a.write(new ByteBuffer[1], 0, 2));
    assertThrows(
        ReadOnlyBufferException.class, () -> a.read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
  }

  // ---- much

  @Test
  void largeTransfersBothWays() throws Exception {
    int size = 8 << 20;
    String[] digests = new String[4];
    Conn[] ends = {a, b};
    for (int i = 0; i < 2; i++) {
      int me = i;
      group.go(() -> digests[me] = send(ends[me], size, me));
      group.go(() -> digests[2 + me] = receive(ends[1 - me], size, me));
    }
    group.await();
    assertEquals(digests[0], digests[2]);
    assertEquals(digests[1], digests[3]);
    assertFalse(digests[0].equals(digests[1]));
  }

  private static String send(Conn conn, int size, int seed) throws Exception {
    Random random = new Random(seed);
    DigestOutputStream out =
        new DigestOutputStream(conn.outputStream(), MessageDigest.getInstance("SHA-256"));
    for (int left = size; left > 0; ) {
      byte[] chunk = new byte[Math.min(left, 1 + random.nextInt(200_000))];
      random.nextBytes(chunk);
      out.write(chunk);
      left -= chunk.length;
    }
    return Arrays.toString(out.getMessageDigest().digest());
  }

  private static String receive(Conn conn, int size, int seed) throws Exception {
    Random random = new Random(seed + 10);
    DigestInputStream in =
        new DigestInputStream(conn.inputStream(), MessageDigest.getInstance("SHA-256"));
    byte[] buffer = new byte[200_000];
    for (int left = size; left > 0; ) {
      int n = in.read(buffer, 0, Math.min(left, 1 + random.nextInt(buffer.length)));
      assertTrue(n > 0);
      left -= n;
    }
    return Arrays.toString(in.getMessageDigest().digest());
  }

  /** Concurrent writes never mix their bytes. */
  @Test
  void writesExcludeEachOther() throws Exception {
    int size = 300_000;
    int writers = 8;
    for (int i = 0; i < writers; i++) {
      byte[] mine = new byte[size];
      Arrays.fill(mine, (byte) i);
      group.go(() -> a.write(mine));
    }
    group.go(
        () -> {
          for (int i = 0; i < writers; i++) {
            byte[] one = b.inputStream().readNBytes(size);
            byte[] expected = new byte[size];
            Arrays.fill(expected, one[0]);
            assertArrayEquals(expected, one);
          }
        });
    group.await();
  }

  // ---- buffers

  @Test
  void buffersOfEveryKind() throws Exception {
    byte[] data = Traffic.random(7, 1000);
    List<ByteBuffer> sources =
        List.of(
            ByteBuffer.wrap(data),
            ByteBuffer.allocateDirect(1000).put(data).flip(),
            ByteBuffer.wrap(data).asReadOnlyBuffer(),
            ByteBuffer.allocateDirect(1000).put(data).flip().asReadOnlyBuffer(),
            ByteBuffer.wrap(copyAt(data, 100), 100, 1000),
            ByteBuffer.wrap(copyAt(data, 100), 100, 1000).slice(),
            ByteBuffer.allocateDirect(1200).position(70).put(data).flip().position(70),
            ByteBuffer.allocateDirect(1200).position(70).put(data).flip().position(70).slice());
    for (ByteBuffer source : sources) {
      assertEquals(1000, a.write(source));
      assertEquals(0, source.remaining());
      assertArrayEquals(data, b.inputStream().readNBytes(1000));
    }
    List<ByteBuffer> targets =
        List.of(
            ByteBuffer.allocate(1000),
            ByteBuffer.allocateDirect(1000),
            ByteBuffer.allocate(1200).position(100).limit(1100),
            ByteBuffer.allocateDirect(1200).position(100).limit(1100),
            ByteBuffer.allocate(1200).position(100).limit(1100).slice(),
            ByteBuffer.allocateDirect(1200).position(100).limit(1100).slice());
    for (ByteBuffer target : targets) {
      a.write(data);
      int start = target.position();
      while (target.hasRemaining()) {
        int before = target.position();
        int n = b.read(target);
        assertEquals(before + n, target.position());
      }
      byte[] got = new byte[1000];
      target.get(start, got);
      assertArrayEquals(data, got);
      assertEquals(0, b.read(target)); // full
    }
  }

  private static byte[] copyAt(byte[] data, int offset) {
    byte[] copy = new byte[offset + data.length + 50];
    System.arraycopy(data, 0, copy, offset, data.length);
    return copy;
  }

  @Test
  void gatherAndScatter() throws Exception {
    for (int count : new int[] {0, 1, 10, 1023, 1024, 1025}) {
      for (int size : new int[] {0, 1, 37, 100}) {
        int total = count * size;
        byte[] data = Traffic.random(count + size, total);
        ByteBuffer[] sources = split(data, count, size);
        group.go(() -> assertEquals(total, a.write(sources)));
        byte[] got = new byte[total];
        ByteBuffer[] targets = split(got, count, size);
        for (long n = 0; n < total; ) {
          n += b.read(targets);
        }
        group.await();
        assertArrayEquals(data, got);
        for (ByteBuffer buffer : sources) {
          assertEquals(0, buffer.remaining());
        }
        for (ByteBuffer buffer : targets) {
          assertEquals(0, buffer.remaining());
        }
      }
    }
  }

  private static ByteBuffer[] split(byte[] data, int count, int size) {
    ByteBuffer[] parts = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      parts[i] = ByteBuffer.wrap(data, i * size, size);
    }
    return parts;
  }

  /** Large buffers among small ones, and a part of the array only. */
  @Test
  void gatherOfMixedSizes() throws Exception {
    int[] sizes = {0, 5, 100_000, 0, 70_000, 1, 65_536, 65_537, 3, 0};
    List<ByteBuffer> sources = new ArrayList<>();
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(sizes).sum());
    for (int size : sizes) {
      byte[] part = Traffic.random(size, size);
      all.put(part);
      sources.add(
          sources.size() % 2 == 0
              ? ByteBuffer.wrap(part)
              : ByteBuffer.allocateDirect(size).put(part).flip());
    }
    ByteBuffer untouched = ByteBuffer.allocate(9);
    sources.addFirst(untouched);
    sources.addLast(untouched);
    ByteBuffer[] array = sources.toArray(new ByteBuffer[0]);
    group.go(() -> assertEquals(all.capacity(), a.write(array, 1, sizes.length)));
    assertArrayEquals(all.array(), b.inputStream().readNBytes(all.capacity()));
    group.await();
    assertEquals(0, untouched.position());
  }

  // ---- streams and channels

  @Test
  void streams() throws Exception {
    OutputStream out = a.outputStream();
    InputStream in = b.inputStream();
    out.write(0x1ff); // the low byte of an int
    assertEquals(255, in.read());
    out.write(new byte[] {1, 2, 3, 4}, 1, 2);
    assertArrayEquals(new byte[] {2, 3}, in.readNBytes(2));
    out.close();
    assertFalse(a.isOpen());
    assertEquals(-1, in.read());
    in.close();
    assertFalse(b.isOpen());
  }

  @Test
  void asAChannel() throws Exception {
    byte[] data = Traffic.random(8, 100_000);
    ByteChannel channel = a;
    group.go(
        () -> {
          try (OutputStream out = Channels.newOutputStream(channel)) {
            out.write(data);
          }
        });
    group.go(() -> assertArrayEquals(data, Channels.newInputStream(b).readAllBytes()));
    group.await();
    assertFalse(a.isOpen());
  }

  // ---- raw access

  @Test
  void rawControlSeesTheDescriptor() throws Exception {
    Thread reader = group.goAndBlock(() -> assertEquals(1, a.read(new byte[1])));
    a.rawControl( // beside the read
        fd -> {
          assertTrue(
              Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd))
                  .toString()
                  .startsWith("socket:["));
          return false; // means nothing here
        });
    assertTrue(reader.isAlive());
    b.write(new byte[1]);
    group.await();
  }

  @Test
  void rawReadIsCalledAgainWhenReady() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    byte[] got = new byte[10];
    group.goAndBlock(
        () ->
            a.rawRead(
                fd -> {
                  attempts.incrementAndGet();
                  int n = SocketCalls.recv(fd, got, 0, 2, new ErrnoCell());
                  assertTrue(n == 2 || n == -Errno.EAGAIN);
                  return n == 2;
                }));
    assertTrue(attempts.get() >= 1);
    b.write(new byte[] {1, 2, 3, 4});
    group.await();
    assertTrue(attempts.get() >= 2);
    assertEquals(2, a.read(got, 2, 8)); // what it left
    assertArrayEquals(new byte[] {1, 2, 3, 4, 0, 0, 0, 0, 0, 0}, got);
  }

  /** A raw read between short reads: the next read must not rely on what the one before saw. */
  @Test
  void rawReadAfterAShortRead() throws Exception {
    byte[] buffer = new byte[10];
    for (int i = 0; i < 100; i++) {
      b.write(new byte[] {1});
      assertEquals(1, a.read(buffer));
      b.write(new byte[] {2, 3});
      a.rawRead(fd -> SocketCalls.recv(fd, buffer, 0, 1, new ErrnoCell()) == 1);
      assertEquals(1, a.read(buffer));
    }
  }

  @Test
  void rawWrite() throws Exception {
    byte[] chunk = new byte[50_000];
    AtomicInteger written = new AtomicInteger();
    group.goAndBlock(
        () ->
            a.rawWrite(
                fd -> {
                  int n;
                  while ((n = SocketCalls.send(fd, chunk, 0, chunk.length, new ErrnoCell())) > 0) {
                    if (written.addAndGet(n) > 20_000_000) {
                      return true;
                    }
                  }
                  assertEquals(-Errno.EAGAIN, n);
                  return false;
                }));
    group.go(
        () -> {
          int n = 0;
          for (int r; (r = b.read(chunk)) > 0; ) {
            n += r;
          }
          assertEquals(written.get(), n);
        });
    Await.until("all is written", () -> written.get() > 20_000_000);
    a.closeWrite();
    group.await();
  }

  @Test
  void rawOperationsPassOnWhatIsThrown() throws Exception {
    IOException mine = new IOException("mine");
    RawOp failing =
        fd -> {
          throw mine;
        };
    assertEquals(mine, assertThrows(IOException.class, () -> a.rawRead(failing)));
    assertEquals(mine, assertThrows(IOException.class, () -> a.rawWrite(failing)));
    assertEquals(mine, assertThrows(IOException.class, () -> a.rawControl(failing)));
    a.write(new byte[1]); // no lock is left behind
    assertEquals(1, b.read(new byte[1]));
    b.write(new byte[1]);
    assertEquals(1, a.read(new byte[1]));
  }
}
