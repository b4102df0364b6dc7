package dev.loompoll.server.internal.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutboundTest {
  private static final int LOW = 100;
  private static final int HIGH = 1_000;

  private final Outbound out = new Outbound(LOW, HIGH);

  /** Never started: its scratch is used on the test's thread. */
  private EventLoop loop;

  private Socket peer;
  private int fd;

  @BeforeEach
  void connect() throws Exception {
    loop = new EventLoop("unused", 1, System::nanoTime, () -> false, t -> {});
    ErrnoCell errno = new ErrnoCell();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fd = SocketCalls.socket(SocketCalls.AF_INET, errno);
      byte[] address =
          SocketAddresses.encode(
              server.getInetAddress(), server.getLocalPort(), SocketCalls.AF_INET);
      assertThat(SocketCalls.connect(fd, address, errno)).isIn(0, -Errno.EINPROGRESS);
      peer = server.accept();
    }
  }

  @AfterEach
  void close() throws Exception {
    loop.discard();
    FdCalls.close(fd);
    peer.close();
  }

  private Thread adding(ByteBuffer buffer, CompletableFuture<Void> added) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                out.add(buffer);
                added.complete(null);
              } catch (Throwable t) {
                added.completeExceptionally(t);
              }
            });
  }

  private static void awaitParked(Thread t) {
    while (t.getState() != Thread.State.WAITING) {
      assertThat(t.isAlive()).as("still adding").isTrue();
      Thread.onSpinWait();
    }
  }

  @Test
  void buffersOfEveryKindArriveInOrder() throws Exception {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      byte[] bytes = new byte[i % 50 == 0 ? 40_000 : random.nextInt(300)];
      random.nextBytes(bytes);
      ByteBuffer buffer =
          switch (i % 4) {
            case 0 -> ByteBuffer.wrap(bytes);
            case 1 -> ByteBuffer.wrap(bytes).asReadOnlyBuffer();
            case 2 -> ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
            default -> // not from the beginning of its array, nor to the end
                ByteBuffer.allocate(bytes.length + 20)
                    .position(7)
                    .slice()
                    .put(3, bytes)
                    .limit(3 + bytes.length)
                    .position(3);
          };
      out.addAtOnce(buffer);
      expected.write(bytes);
    }
    long size = out.size();
    assertThat(size).isEqualTo(expected.size());
    CompletableFuture<byte[]> arrived =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return peer.getInputStream().readNBytes(expected.size());
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    while (!out.isEmpty()) {
      assertThat(out.flush(fd, loop)).isIn(0, -Errno.EAGAIN);
    }
    assertThat(arrived.get()).isEqualTo(expected.toByteArray());
  }

  @Test
  void whoAddsAboveTheHighMarkWaitsForTheLowOne() throws Exception {
    out.add(ByteBuffer.allocate(HIGH - 1));
    assertThat(out.isHigh()).isFalse();
    out.add(ByteBuffer.allocate(50_000_000)); // below the mark: at once, however large
    assertThat(out.isHigh()).isTrue();
    CompletableFuture<Void> added = new CompletableFuture<>();
    Thread adder = adding(ByteBuffer.allocate(1), added);
    awaitParked(adder);
    assertThat(out.flush(fd, loop)).isEqualTo(-Errno.EAGAIN); // takes much, not all
    assertThat(out.isLow()).isFalse();
    assertThat(added).isNotDone();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    peer.getInputStream().skipNBytes(50_000_000);
                  } catch (IOException e) {
                    added.completeExceptionally(e);
                  }
                });
    while (!added.isDone()) {
      assertThat(out.flush(fd, loop)).isIn(0, -Errno.EAGAIN);
    }
    added.get();
    assertThat(out.size()).isLessThanOrEqualTo(LOW + 1);
    reader.join();
  }

  @Test
  void closingEndsTheWait() throws Exception {
    out.add(ByteBuffer.allocate(HIGH));
    CompletableFuture<Void> added = new CompletableFuture<>();
    awaitParked(adding(ByteBuffer.allocate(1), added));
    out.close("as asked");
    assertThatThrownBy(added::get).hasCauseInstanceOf(ClientGone.class);
    assertThatThrownBy(() -> out.addAtOnce(ByteBuffer.allocate(1)))
        .isInstanceOf(ClientGone.class)
        .hasMessage("as asked");
  }

  @Test
  void anInterruptEndsTheWaitAndStaysSet() throws Exception {
    out.add(ByteBuffer.allocate(HIGH));
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread adder =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    out.add(ByteBuffer.allocate(1));
                    interrupted.complete(false);
                  } catch (InterruptedIOException e) {
                    interrupted.complete(Thread.currentThread().isInterrupted());
                  } catch (IOException e) {
                    interrupted.completeExceptionally(e);
                  }
                });
    awaitParked(adder);
    adder.interrupt();
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void theLoopItselfNeverWaitsButHasABound() throws Exception {
    out.addAtOnce(ByteBuffer.allocate((int) Outbound.HARD_BOUND));
    assertThatThrownBy(() -> out.addAtOnce(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(ClientGone.class)
        .hasMessageContaining("67108864 bytes");
  }
}
