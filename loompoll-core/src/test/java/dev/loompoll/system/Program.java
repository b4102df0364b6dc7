package dev.loompoll.system;

import dev.loompoll.Conn;
import dev.loompoll.ConnClosedException;
import dev.loompoll.Dialer;
import dev.loompoll.Listener;
import dev.loompoll.Loompoll;
import dev.loompoll.Net;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Traffic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The child process of the system tests. It does what the lines of its standard input say and
 * answers each with one line.
 *
 * <pre>
 *   start           starts the library                   ok
 *   listen          opens a listener and closes it       ok
 *   dial            dials the server and closes          ok
 *   serve N         N clients at once, an echo each      served N, B backoffs
 *   address         where the echo server listens        127.0.0.1:P
 *   relay FROM TO   listens on FROM, relays to TO        127.0.0.1:P
 *   fds             how many sockets and pollers there are
 *   backoffs        how often accept has backed off
 *   resolve HOST    dials the server's port on HOST      ok
 *   self N PORT     dials PORT, where nobody listens; how often that got a connection
 *   self-jdk N PORT the same with the JDK's sockets
 * </pre>
 *
 * What fails is answered with the exception's class and message.
 */
public final class Program {
  private static Listener server;

  private Program() {}

  public static void main(String[] args) throws Exception {
    // The JDK's own pollers and sockets must not meet the faults that are meant for ours.
    Class.forName("sun.nio.ch.Poller");
    java.net.InetAddress.getByName("localhost");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    answer("ready");
    for (String line; (line = in.readLine()) != null; ) {
      try {
        answer(execute(line.split(" ")));
      } catch (Exception | ExceptionInInitializerError e) {
        answer(e.getClass().getSimpleName() + ": " + e.getMessage());
      }
    }
  }

  private static void answer(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static String execute(String[] words) throws Exception {
    switch (words[0]) {
      case "start" -> Loompoll.runtime();
      case "listen" -> Net.listen("tcp", "127.0.0.1:0").close();
      case "dial" -> Net.dial(server().address()).close();
      case "serve" -> {
        return serve(Integer.parseInt(words[1]));
      }
      case "address" -> {
        return "127.0.0.1:" + server().address().getPort();
      }
      case "relay" -> {
        return relay(words[1], words[2]);
      }
      case "fds" -> {
        return Long.toString(descriptors());
      }
      case "backoffs" -> {
        return Long.toString(Loompoll.stats().acceptBackoffs());
      }
      case "resolve" -> Net.dial("tcp", words[1] + ":" + server().address().getPort()).close();
      case "self" -> {
        return Integer.toString(selfConnects(Integer.parseInt(words[1]), words[2]));
      }
      case "self-jdk" -> {
        return Integer.toString(
            selfConnectsOfTheJdk(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
      }
      default -> throw new IllegalArgumentException(words[0]);
    }
    return "ok";
  }

  /** An echo server, from the first use on. */
  private static Listener server() throws IOException {
    if (server == null) {
      server = Net.listen("tcp", "127.0.0.1:0");
      Loompoll.go(
          "server",
          () -> {
            for (; ; ) {
              Conn conn = server.accept();
              Loompoll.go(
                  () -> {
                    try (conn) {
                      Traffic.echo(conn);
                    }
                  });
            }
          });
    }
    return server;
  }

  private static String serve(int clients) throws Exception {
    server();
    long backoffs = Loompoll.stats().acceptBackoffs();
    AtomicInteger served = new AtomicInteger();
    Group group = new Group(Callers.GOROUTINES);
    for (int i = 0; i < clients; i++) {
      int me = i;
      group.go(
          () -> {
            try (Conn conn = Dialer.create().dial(server.address())) {
              conn.setDeadline(Duration.ofSeconds(20));
              for (int round = 0; round < 20; round++) {
                byte[] mine = Traffic.random(me * 100L + round, 500);
                conn.write(mine);
                if (!Arrays.equals(mine, conn.inputStream().readNBytes(mine.length))) {
                  throw new IOException("client " + me + " got other bytes, or too few");
                }
              }
              served.incrementAndGet();
            }
          });
    }
    group.await();
    return "served " + served + ", " + (Loompoll.stats().acceptBackoffs() - backoffs) + " backoffs";
  }

  /** Each connection gets one of its own to the target; ends are passed on, one by one. */
  private static String relay(String from, String to) throws IOException {
    Listener listener = Net.listen("tcp", from);
    Loompoll.go(
        () -> {
          for (; ; ) {
            Conn near = listener.accept();
            Loompoll.go(
                () -> {
                  Conn far = Net.dial("tcp", to);
                  Thread back = Loompoll.go(() -> pass(far, near));
                  pass(near, far);
                  back.join();
                  near.close();
                  far.close();
                });
          }
        });
    return "127.0.0.1:" + listener.address().getPort();
  }

  private static void pass(Conn from, Conn to) throws IOException {
    try {
      byte[] buffer = new byte[16 * 1024];
      for (int n; (n = from.read(buffer)) > 0; ) {
        to.write(buffer, 0, n);
      }
      to.closeWrite();
    } catch (ConnClosedException e) {
      // the other direction has failed
    } catch (IOException e) {
      from.close(); // a reset of one side ends the other
      to.close();
    }
  }

  private static int selfConnects(int dials, String port) throws IOException {
    int connected = 0;
    for (int i = 0; i < dials; i++) {
      try (Conn conn = Net.dial("tcp", "127.0.0.1:" + port)) {
        conn.setLinger(0);
        connected++;
      } catch (ConnectException e) {
        // refused, as it should be
      }
    }
    return connected;
  }

  private static int selfConnectsOfTheJdk(int dials, int port) throws IOException {
    int connected = 0;
    for (int i = 0; i < dials; i++) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.setSoLinger(true, 0);
        connected++;
      } catch (ConnectException e) {
        // refused
      }
    }
    return connected;
  }

  private static long descriptors() throws IOException {
    long n = 0;
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : fds) {
        try {
          String target = Files.readSymbolicLink(fd).toString();
          if (target.startsWith("socket:") || target.startsWith("anon_inode:")) {
            n++;
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
    }
    return n;
  }
}
