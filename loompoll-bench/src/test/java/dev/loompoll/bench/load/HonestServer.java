package dev.loompoll.bench.load;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;

/** Does with each request what it is told to, by its number, and counts that. */
final class HonestServer implements AutoCloseable {
  enum Deed {
    SERVE,
    REFUSE,
    /** No answer, and what comes later is answered. */
    IGNORE,
    /** The connection, without an answer. */
    CLOSE,
    /** An answer to something else. */
    LIE
  }

  private final ServerSocket listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
  private final LongFunction<Deed> deeds;
  private final Map<Deed, LongAdder> done = new ConcurrentHashMap<>();

  HonestServer(LongFunction<Deed> deeds) throws IOException {
    this.deeds = deeds;
    Thread.ofPlatform().daemon().start(this::accept);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
  }

  long done(Deed deed) {
    LongAdder count = done.get(deed);
    return count == null ? 0 : count.sum();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      while (true) {
        int length = in.readInt();
        long id = in.readLong();
        int unused = in.readInt();
        in.skipNBytes(length - 12);
        Deed deed = deeds.apply(id);
        done.computeIfAbsent(deed, d -> new LongAdder()).increment();
        switch (deed) {
          case SERVE -> answer(out, id, 0);
          case REFUSE -> answer(out, id, 1);
          case LIE -> answer(out, id + 1_000_000, 0);
          case IGNORE -> {}
          case CLOSE -> {
            return;
          }
        }
      }
    } catch (IOException e) {
      // the generator is done with it
    }
  }

  private static void answer(DataOutputStream out, long id, int status) throws IOException {
    java.nio.ByteBuffer frame = java.nio.ByteBuffer.allocate(13);
    frame.putInt(9).putLong(id).put((byte) status);
    out.write(frame.array());
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
