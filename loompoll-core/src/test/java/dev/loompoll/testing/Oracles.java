package dev.loompoll.testing;

import dev.loompoll.Loompoll;
import dev.loompoll.Stats;
import dev.loompoll.internal.net.Engine;
import dev.loompoll.internal.poll.epoll.EpollPoller;
import dev.loompoll.internal.sched.PollLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After every test: no socket, epoll registration, PollDesc or goroutine is left over. */
public final class Oracles implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace SPACE =
      ExtensionContext.Namespace.create(Oracles.class);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  static {
    try {
      warmUpJdk();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The JDK opens some descriptors at first use and never closes them. */
  private static void warmUpJdk() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress())) {
      client.getOutputStream().write(1);
      channel.shutdownInput();
    }
  }

  private record Snapshot(Set<String> sockets, long watched, int connections, long goroutines) {
    static Snapshot now() throws IOException {
      Stats stats = Loompoll.stats();
      return new Snapshot(
          openSockets(), watchedDescriptors(), stats.connections(), stats.goroutines());
    }

    /** What is there now and was not before; empty if nothing. */
    List<String> leaksSince(Snapshot before) throws IOException {
      List<String> leaks = new ArrayList<>();
      Set<String> more = new TreeSet<>(sockets);
      more.removeAll(before.sockets);
      if (!more.isEmpty()) {
        leaks.add(more.size() + " sockets, as " + describe(more.iterator().next()));
      }
      leak(leaks, "epoll registrations", watched, before.watched);
      leak(leaks, "connections", connections, before.connections);
      leak(leaks, "goroutines", goroutines, before.goroutines);
      return leaks;
    }

    private static void leak(List<String> leaks, String what, long now, long before) {
      if (now > before) {
        leaks.add(what + ": " + now + ", before " + before);
      }
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    context.getStore(SPACE).put("before", Snapshot.now());
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    Snapshot before = context.getStore(SPACE).get("before", Snapshot.class);
    long start = System.nanoTime();
    List<String> leaks;
    while (!(leaks = Snapshot.now().leaksSince(before)).isEmpty()) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        Watchdog.dumpThreads("LEAK: " + context.getUniqueId());
        throw new AssertionError("left over by the test: " + String.join("; ", leaks));
      }
      Thread.yield();
    }
  }

  private static Set<String> openSockets() throws IOException {
    Set<String> sockets = new TreeSet<>();
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : fds) {
        try {
          String target = Files.readSymbolicLink(fd).toString();
          if (target.startsWith("socket:")) {
            sockets.add(target);
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
    }
    return sockets;
  }

  /** How many descriptors our epolls watch. */
  private static long watchedDescriptors() throws IOException {
    long n = 0;
    for (PollLoop loop : Engine.get().loops()) {
      int epfd = ((EpollPoller) loop.net()).epfd();
      n +=
          Files.readAllLines(Path.of("/proc/self/fdinfo/" + epfd)).stream()
              .filter(line -> line.startsWith("tfd:"))
              .filter(
                  line -> !line.contains("data: fffffffffffffffe")) // another epoll, for a while
              .count();
    }
    return n;
  }

  /** With the kernel's line on {@code socket:[inode]}: addresses, state, queues. */
  private static String describe(String socket) throws IOException {
    String inode = socket.replaceAll("\\D", "");
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/self/net/" + table))) {
        String[] fields = line.strip().split("\\s+");
        if (fields.length > 9 && fields[9].equals(inode)) {
          return socket + " " + table + " " + line.strip();
        }
      }
    }
    return socket + " (not TCP, or no longer there)";
  }
}
