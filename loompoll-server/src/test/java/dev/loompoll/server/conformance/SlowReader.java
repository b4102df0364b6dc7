package dev.loompoll.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Writes to an echo server without blocking and reads nothing, until it is told to. */
final class SlowReader implements AutoCloseable {
  private static final int MIB = 1024 * 1024;

  /** The server may have 4 MiB, beside what the kernel lets it and the client have in sockets. */
  private static final long BOUND = 4 * MIB + largest("rmem") + largest("wmem") + 2 * MIB;

  private static final long LENGTH = BOUND + 8 * MIB;

  /** So many looks in a row, a millisecond apart: a pause of the whole JVM is one look only. */
  private static final int QUIET_LOOKS = 250;

  private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int SMALL = 16 * 1024;

  /** Which the kernel doubles. With little room it would wait 40 ms for each acknowledgement. */
  private static final int LARGE = MIB;

  private final SocketChannel channel = SocketChannel.open();
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(64 * 1024);
  private long written;
  private long read;

  SlowReader(InetSocketAddress server) throws IOException {
    channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL); // before it is advertised
    channel.setOption(StandardSocketOptions.SO_SNDBUF, LARGE);
    channel.connect(server);
    channel.configureBlocking(false);
  }

  /** How large a socket's buffer may grow. */
  private static long largest(String buffer) {
    Path file = Path.of("/proc/sys/net/ipv4/tcp_" + buffer);
    try (BufferedReader all = Files.newBufferedReader(file)) { // it can be read only at one go
      return Long.parseLong(all.readLine().strip().split("\\s+")[2]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Byte {@code i} of the stream. */
  private static byte at(long i) {
    return (byte) (i * 31 >>> 3);
  }

  /** Writes a chunk, or what the kernel takes of it; returns how much that was. */
  private long write() throws IOException {
    chunk.clear();
    chunk.limit((int) Math.min(chunk.capacity(), LENGTH - written));
    for (int i = 0; i < chunk.limit(); i++) {
      chunk.put(i, at(written + i));
    }
    int n = channel.write(chunk);
    written += n;
    return n;
  }

  /**
   * Writes until the kernel has taken nothing, and the server has read nothing, for a while. Fails
   * if that takes more than {@link #BOUND}.
   */
  void writeUntilStuck(Server server) throws IOException {
    long handled = server.stats().requests();
    for (int quiet = 0; quiet < QUIET_LOOKS; ) {
      assertThat(written).as("bytes the server took from who does not read").isLessThan(BOUND);
      long now = server.stats().requests();
      if (write() > 0 || now != handled) {
        handled = now;
        quiet = 0;
      } else {
        quiet++;
        LockSupport.parkNanos(BETWEEN_LOOKS); // the CPU may be the server's only one
      }
    }
  }

  /** Writes the rest, and reads and compares all that comes back. */
  void finish() throws Exception {
    Await.until(
        "all has come back",
        () -> {
          if (written < LENGTH) {
            write();
          }
          while (readSome()) {}
          return read == LENGTH;
        });
  }

  private boolean readSome() throws IOException {
    chunk.clear();
    int n = channel.read(chunk);
    assertThat(n).as("the stream is still there at byte " + read).isNotNegative();
    for (int i = 0; i < n; i++) {
      if (chunk.get(i) != at(read + i)) {
        throw new AssertionError("byte " + (read + i) + " came back changed");
      }
    }
    read += n;
    return n > 0;
  }

  void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
