package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.loompoll.Loompoll;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Traffic;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JDK's own sockets, files and processes on goroutines. */
class JdkIoTest {
  private final Group group = new Group(Callers.GOROUTINES);
  private final Group foreign = new Group(Callers.PLATFORM_THREADS);

  // ---- sockets

  @Test
  void socketsEcho() throws Exception {
    int clients = 20;
    try (ServerSocket server = new ServerSocket(0, clients, InetAddress.getLoopbackAddress())) {
      group.go(
          () -> {
            for (int i = 0; i < clients; i++) {
              Socket socket = server.accept();
              group.go(
                  () -> {
                    try (socket) {
                      socket.getInputStream().transferTo(socket.getOutputStream());
                    }
                  });
            }
          });
      for (int i = 0; i < clients; i++) {
        byte[] data = Traffic.random(i, 300_000); // more than the buffers of one direction
        (i % 4 == 0 ? foreign : group).go(() -> assertEchoed(server, data));
      }
      foreign.await();
      group.await();
    }
  }

  private void assertEchoed(ServerSocket server, byte[] data) throws Exception {
    try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
      Thread writer =
          Loompoll.go(
              () -> {
                socket.getOutputStream().write(data);
                socket.shutdownOutput();
              });
      assertArrayEquals(data, socket.getInputStream().readAllBytes());
      writer.join();
    }
  }

  @Test
  void socketTimeouts() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      for (int i = 0; i < 10; i++) {
        group.go(
            () -> {
              socket.setSoTimeout(2);
              server.setSoTimeout(2);
              assertThrows(
                  SocketTimeoutException.class, () -> socket.getInputStream().read(new byte[1]));
              assertThrows(SocketTimeoutException.class, server::accept);
              socket.setSoTimeout(0);
              accepted.getOutputStream().write(7);
              assertEquals(7, socket.getInputStream().read());
            });
        group.await();
      }
    }
  }

  /** Closed by another thread while a goroutine waits in it. */
  @Test
  void socketsCloseUnderneath() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
          Socket accepted = server.accept()) {
        group.goAndBlock(
            () -> assertThrows(IOException.class, () -> socket.getInputStream().read()));
        group.goAndBlock(() -> assertThrows(IOException.class, server::accept));
        socket.close();
        server.close();
        group.await();
        assertEquals(-1, accepted.getInputStream().read());
      }
    }
  }

  // ---- HTTP

  @Test
  void httpClientAndServer() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
    try (ExecutorService goroutines = Loompoll.newExecutor();
        HttpClient client = HttpClient.newBuilder().executor(goroutines).build()) {
      server.setExecutor(goroutines);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              byte[] body = exchange.getRequestBody().readAllBytes();
              Thread.yield();
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body);
            }
          });
      server.start();
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
      for (int i = 0; i < 20; i++) {
        String body = "body " + "x".repeat(i * 5000);
        HttpRequest request =
            HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body)).build();
        group.go(
            () -> {
              HttpResponse<String> response =
                  client.send(request, HttpResponse.BodyHandlers.ofString());
              assertEquals(200, response.statusCode());
              assertEquals(body, response.body());
            });
        group.go(
            () ->
                assertEquals(
                    body,
                    client
                        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
                        .get(1, TimeUnit.DAYS)
                        .body()));
      }
      group.await();
    } finally {
      server.stop(0);
    }
  }

  // ---- files

  @Test
  void fileChannels(@TempDir Path dir) throws Exception {
    int block = 64 * 1024;
    int blocks = 32;
    try (FileChannel file =
        FileChannel.open(
            dir.resolve("file"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      for (int i = 0; i < blocks; i++) {
        long position = (long) i * block;
        byte[] data = Traffic.random(i, block);
        group.go(
            () -> {
              ByteBuffer out = ByteBuffer.wrap(data);
              while (out.hasRemaining()) {
                file.write(out, position + out.position());
              }
              file.force(false);
              ByteBuffer in = ByteBuffer.allocate(block);
              while (in.hasRemaining()) {
                assertTrue(file.read(in, position + in.position()) > 0);
              }
              assertArrayEquals(data, in.array());
            });
      }
      group.await();
      assertEquals((long) block * blocks, file.size());
    }
  }

  // ---- processes

  @Test
  void processes() throws Exception {
    for (int i = 0; i < 10; i++) {
      int status = i;
      String word = "x".repeat(10_000 * i); // up to more than a pipe holds
      group.go(
          () -> {
            Process process =
                new ProcessBuilder("sh", "-c", "cat; echo done; exit " + status).start();
            Thread writer =
                Loompoll.go(
                    () -> {
                      try (var out = process.outputWriter()) {
                        out.write(word);
                      }
                    });
            byte[] said = process.getInputStream().readAllBytes();
            writer.join();
            assertEquals(word + "done\n", new String(said, StandardCharsets.US_ASCII));
            assertEquals(status, process.waitFor());
            assertEquals(status, process.onExit().get().exitValue());
          });
    }
    group.await();
  }

  @Test
  void processThatIsWaitedForInVain() throws Exception {
    Process cat = new ProcessBuilder("cat").start();
    group.go(
        () -> {
          assertFalse(cat.waitFor(2, TimeUnit.MILLISECONDS));
          cat.destroy();
          assertTrue(cat.waitFor() != 0);
        });
    group.await();
    assertFalse(cat.isAlive());
  }
}
