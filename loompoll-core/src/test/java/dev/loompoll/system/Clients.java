package dev.loompoll.system;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The JDK's sockets, on platform threads: real peers. For children too, hence without JUnit. */
final class Clients {
  private static final int MESSAGE = 64;
  private static final int MOST_REDIALS = 1000;

  private Clients() {}

  static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) Tools.LIMIT_SECONDS * 1000);
    return socket;
  }

  /** Sends a message of random bytes and checks what comes back. */
  static void echo(Socket socket, Random random) throws IOException {
    byte[] message = new byte[MESSAGE];
    random.nextBytes(message);
    socket.getOutputStream().write(message);
    byte[] back = socket.getInputStream().readNBytes(MESSAGE);
    if (back.length < MESSAGE) {
      throw new EOFException("after " + back.length + " of " + MESSAGE + " bytes");
    }
    if (!Arrays.equals(message, back)) {
      throw new AssertionError("other bytes came back");
    }
  }

  /** So many clients at once, each with so many messages. A broken connection fails. */
  static void echo(int port, int clients, int messages) {
    run(
        clients,
        i ->
            () -> {
              Random random = new Random(i);
              try (Socket socket = connect(port)) {
                for (int m = 0; m < messages; m++) {
                  echo(socket, random);
                }
              }
              return 1;
            });
  }

  /** The same, but whose connection breaks dials again. Returns how many connections it took. */
  static int echoStubbornly(int port, int clients, int messages) {
    return run(clients, i -> () -> stubborn(port, messages, new Random(i)));
  }

  private static int stubborn(int port, int messages, Random random) throws IOException {
    int left = messages;
    for (int dials = 1; ; dials++) {
      try (Socket socket = connect(port)) {
        while (left > 0) {
          echo(socket, random);
          left--;
        }
        return dials;
      } catch (SocketTimeoutException e) {
        throw e; // hangs; it did not break
      } catch (IOException e) {
        if (dials == MOST_REDIALS) {
          throw e;
        }
      }
    }
  }

  /** One of many tasks. */
  interface Numbered {
    Callable<Integer> number(int i);
  }

  /** Runs them all at once and adds up what they return. */
  static int run(int n, Numbered tasks) {
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("client-", 0).factory())) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        results.add(threads.submit(tasks.number(i)));
      }
      int sum = 0;
      for (Future<Integer> result : results) {
        sum += result.get();
      }
      return sum;
    } catch (ExecutionException e) {
      throw new AssertionError("a client: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("the test's time is over", e);
    }
  }
}
