package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every contestant is an echo server that one may measure under any workload: it gives back what it
 * got, in order, at the pace of who reads it, and lets go of who leaves.
 */
@Timeout(60)
abstract class EchoContract {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  /** More than all the kernel's buffers between a client and itself may hold. */
  private static final int UNBOUNDED = 128 * MIB;

  private static final int STALLED_MILLIS = 300;
  private static final int PATIENCE_MILLIS = 20_000;

  /** What is sent: at no two places near each other the same. Twice, so that a part never wraps. */
  private static final int PERIOD = 1_000_003;

  private static final byte[] BYTES = bytes();

  private static Server server;
  private static long sockets;

  @Parameter private String name;

  private static byte[] bytes() {
    byte[] twice = new byte[2 * PERIOD];
    byte[] once = new byte[PERIOD];
    new Random(1).nextBytes(once);
    System.arraycopy(once, 0, twice, 0, PERIOD);
    System.arraycopy(once, 0, twice, PERIOD, PERIOD);
    return twice;
  }

  private static int place(long position) {
    return (int) (position % PERIOD);
  }

  /** On two processors: contestants with a loop for each have to spread connections. */
  @BeforeParameterizedClassInvocation
  static void start(String name) throws IOException {
    server = Server.start(Contestants.find(name), new Launch(2), -1);
    try (Client first = new Client()) {
      first.echo(0, 64);
    }
    sockets = atRest();
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    server.close();
  }

  /** A connection to the server; what hangs fails. */
  private static final class Client implements AutoCloseable {
    final SocketChannel channel;
    final Socket socket;
    final InputStream in;
    final OutputStream out;

    Client() throws IOException {
      channel = SocketChannel.open();
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.connect(new InetSocketAddress(server.host(), server.port()));
      socket = channel.socket();
      socket.setSoTimeout(PATIENCE_MILLIS);
      in = socket.getInputStream();
      out = socket.getOutputStream();
    }

    void send(long position, int n) throws IOException {
      out.write(BYTES, place(position), n);
    }

    void expect(long position, int n) throws IOException {
      byte[] got = in.readNBytes(n);
      if (got.length < n) {
        throw new EOFException("only %d of %d bytes at %d".formatted(got.length, n, position));
      }
      int from = place(position);
      int wrong = Arrays.mismatch(got, 0, n, BYTES, from, from + n);
      assertThat(wrong).as("first wrong byte of %d at %d", n, position).isEqualTo(-1);
    }

    void echo(long position, int n) throws IOException {
      send(position, n);
      expect(position, n);
    }

    void expectAll(long total) throws IOException {
      for (long at = 0; at < total; ) {
        int n = (int) Math.min(64 * KIB, total - at);
        expect(at, n);
        at += n;
      }
      assertThat(in.read()).as("after the last byte").isEqualTo(-1);
    }

    /** Sends without reading until the server takes no more. */
    long stall() throws IOException {
      channel.configureBlocking(false);
      try (Selector selector = Selector.open()) {
        SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
        long sent = 0;
        while (sent < UNBOUNDED && selector.select(STALLED_MILLIS) > 0) {
          selector.selectedKeys().clear();
          sent += channel.write(ByteBuffer.wrap(BYTES, place(sent), 64 * KIB));
        }
        key.cancel();
        selector.selectNow();
        channel.configureBlocking(true);
        return sent;
      }
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      close();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** The listener, and what a JDK keeps for itself once it has closed a connection. */
  private static long atRest() throws IOException {
    long before = ProcFs.sockets(server.pid());
    for (int look = 0; look < STALLED_MILLIS; look++) { // a pause of ours is one look only
      LockSupport.parkNanos(1_000_000);
      before = Math.min(before, ProcFs.sockets(server.pid()));
    }
    assertThat(before).isBetween(1L, 2L);
    return before;
  }

  /** Until the server has closed all connections but those that it had. */
  private static void awaitSockets() throws IOException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    long now;
    while ((now = ProcFs.sockets(server.pid())) > sockets && System.nanoTime() < until) {
      Thread.yield();
    }
    assertThat(now).as("sockets of the server").isBetween(1L, sockets);
    sockets = now; // fewer: a slow server had not closed the first connection when it was looked at
  }

  private static void stillEchoes() throws IOException {
    try (Client another = new Client()) {
      another.echo(7, 64);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {KIB, 64 * KIB})
  void aStreamComesBackAsItWent(int size) throws Exception {
    long total = 4 * MIB;
    try (Client client = new Client()) {
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (long at = 0; at < total; at += size) {
                    client.send(at, size);
                  }
                  client.socket.shutdownOutput();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              task -> Thread.ofVirtual().start(task));
      client.expectAll(total);
      sender.join();
    }
    awaitSockets();
  }

  @Test
  void sixteenMessagesInASegment() throws IOException {
    try (Client client = new Client()) {
      for (int round = 0; round < 100; round++) {
        client.echo(round * 1024L, 16 * 64);
      }
    }
    awaitSockets();
  }

  /** Who does not read is not read from, holds up nobody else, and loses nothing. */
  @Test
  void aSlowReaderGetsAllInTheEnd() throws IOException {
    try (Client slow = new Client();
        Client second = new Client();
        Client third = new Client()) {
      long sent = slow.stall();
      assertThat(sent).isLessThan(UNBOUNDED);
      second.echo(0, 64 * KIB);
      third.echo(0, 64 * KIB);
      slow.socket.shutdownOutput();
      slow.expectAll(sent);
    }
    awaitSockets();
  }

  @Test
  void aPeerThatHasEndedItsSideGetsTheRest() throws IOException {
    for (int n : new int[] {1, KIB, 200 * KIB}) {
      try (Client client = new Client()) {
        client.send(0, n);
        client.socket.shutdownOutput();
        client.expectAll(n);
      }
    }
    awaitSockets();
  }

  @Test
  void comingAndGoingLeavesNothingBehind() throws IOException {
    for (int i = 0; i < 200; i++) {
      try (Client client = new Client()) {
        for (int request = 0; request < 10; request++) {
          client.echo(i + request, 64);
        }
      }
    }
    awaitSockets();
  }

  @Test
  void resetsLeaveNothingBehind() throws IOException {
    for (int i = 0; i < 50; i++) {
      Client idle = new Client();
      idle.echo(i, 64);
      idle.reset();
      Client busy = new Client();
      busy.send(0, 32 * KIB);
      busy.reset();
    }
    Client stalled = new Client();
    assertThat(stalled.stall()).isPositive();
    stalled.reset();
    awaitSockets();
    stillEchoes();
  }

  @Test
  void manyAtOnce() throws IOException {
    List<Client> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        clients.add(new Client());
      }
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < clients.size(); i++) {
          clients.get(i).send(i + round, 100 + i);
        }
        for (int i = 0; i < clients.size(); i++) {
          clients.get(i).expect(i + round, 100 + i);
        }
      }
      assertThat(ProcFs.sockets(server.pid()))
          .isBetween(1L + clients.size(), sockets + clients.size());
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
    awaitSockets();
  }

  @Test
  void collectsWhereThereIsAHeap() throws IOException {
    OptionalLong heap = server.collect();
    if (name.startsWith("c-")) {
      assertThat(heap).isEmpty();
    } else {
      assertThat(heap.getAsLong()).isBetween(10L * KIB, 64L * MIB);
    }
    stillEchoes();
  }

  /** The JVM has nothing to say against it, and no failure went unhandled. */
  @Test
  void warnsOfNothing() {
    assertThat(server.output())
        .doesNotContain("WARNING: A restricted", "WARNING: A terminally", "Exception");
  }

  @Test
  void endsWithItsStdin() throws Exception {
    List<String> words = Contestants.find(name).starter().command(new Launch(1)).words();
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    try {
      for (String line = ""; !line.startsWith("listening on "); ) {
        line = process.inputReader().readLine();
        assertThat(line).isNotNull();
      }
      process.getOutputStream().close();
      assertThat(process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void saysWhatItIs() {
    Contestant contestant = Contestants.find(name + "@3");
    assertThat(contestant.version()).containsPattern("\\d+\\.\\d+");
    assertThat(contestant.tuning()).endsWith("On 3 processors.").hasSizeGreaterThan(40);
  }

  /** Those with something to share with them start; the others say why not. */
  @Test
  void hogsOrTheReasonWhyNot() throws IOException {
    Launch hogs = new Launch(1).withHogs(new Hogs(2, Hogs.SPIN, 1));
    Contestant contestant = Contestants.find(name);
    if (name.startsWith("c-") || name.startsWith("netty-")) {
      assertThatThrownBy(() -> contestant.starter().command(hogs))
          .isInstanceOf(CannotStartException.class)
          .hasMessageContaining("no scheduler");
    } else {
      try (Server beside = Server.start(contestant, hogs, -1)) {
        beside.burn();
        assertThat(beside.rest()).isNotNull();
      }
    }
  }
}
