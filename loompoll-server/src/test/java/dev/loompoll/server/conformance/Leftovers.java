package dev.loompoll.server.conformance;

import dev.loompoll.Loompoll;
import dev.loompoll.Net;
import java.io.IOException;
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
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After every test: no descriptor, thread or goroutine is left over. */
final class Leftovers implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace SPACE =
      ExtensionContext.Namespace.create(Leftovers.class);

  /** The core's threads live as long as the process, and come as they are needed. */
  private static final Pattern CORE =
      Pattern.compile("loompoll-(m\\d+|sysmon|poll\\d+|resolve|log)");

  /** The JDK's own groups of threads. */
  private static final Set<String> JDK =
      Set.of(
          "system", "InnocuousThreadGroup", "InnocuousForkJoinWorkerThreadGroup", "CarrierThreads");

  static {
    try {
      warmUp();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The JDK and the core open some descriptors at first use and never close them. */
  private static void warmUp() throws IOException {
    Net.listen("tcp", "127.0.0.1:0").close();
    try (ServerSocket server = new ServerSocket(0);
        Socket client = new Socket("127.0.0.1", server.getLocalPort());
        SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress())) {
      client.getOutputStream().write(1);
      channel.shutdownInput();
    }
  }

  private record Snapshot(Set<String> descriptors, Set<Thread> threads, long goroutines) {
    static Snapshot now() throws IOException {
      return new Snapshot(
          openDescriptors(), Thread.getAllStackTraces().keySet(), Loompoll.stats().goroutines());
    }

    /** What is there now and was not before; empty if nothing. */
    List<String> leaksSince(Snapshot before) {
      List<String> leaks = new ArrayList<>();
      Set<String> more = new TreeSet<>(descriptors);
      more.removeAll(before.descriptors);
      if (!more.isEmpty()) {
        leaks.add(more.size() + " descriptors, as " + more.iterator().next());
      }
      for (Thread t : threads) {
        if (!before.threads.contains(t) && t.isAlive() && !isForGood(t)) {
          leaks.add("thread " + t);
        }
      }
      if (goroutines > before.goroutines) {
        leaks.add(goroutines + " goroutines, before " + before.goroutines);
      }
      return leaks;
    }
  }

  private static boolean isForGood(Thread t) {
    ThreadGroup group = t.getThreadGroup();
    return group == null
        || JDK.contains(group.getName())
        || CORE.matcher(t.getName()).matches()
        || t.getName().startsWith("junit-");
  }

  /** Sockets, pipes, and what has no name at all, as epolls. Not files: classes load as they do. */
  private static Set<String> openDescriptors() throws IOException {
    Set<String> open = new TreeSet<>();
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : fds) {
        try {
          String target = Files.readSymbolicLink(fd).toString();
          if (target.startsWith("socket:") || target.startsWith("pipe:")) {
            open.add(target);
          } else if (target.startsWith("anon_inode:")) {
            open.add(target + " " + fd.getFileName());
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
    }
    return open;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    context.getStore(SPACE).put("before", Snapshot.now());
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Snapshot before = context.getStore(SPACE).get("before", Snapshot.class);
    try {
      Await.until("nothing is left", () -> Snapshot.now().leaksSince(before).isEmpty());
    } catch (AssertionError e) {
      throw new AssertionError("left over: " + Snapshot.now().leaksSince(before), e);
    }
  }
}
