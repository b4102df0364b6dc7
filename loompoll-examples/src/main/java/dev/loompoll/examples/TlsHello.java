package dev.loompoll.examples;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.Conn;
import dev.loompoll.Listener;
import dev.loompoll.Net;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import tlschannel.ServerTlsChannel;
import tlschannel.TlsChannel;

/**
 * The rest of Java fits: a {@link Conn} is a {@link ByteChannel}, so a TLS library takes it as it
 * is. Answers {@code curl -k https://127.0.0.1:8443/} with a line of text, over a certificate that
 * it makes at the start.
 */
public final class TlsHello {
  private TlsHello() {}

  public static void main(String[] args) throws Exception {
    SSLContext context = selfSigned();
    try (Listener listener = Net.listen("tcp", args.length > 0 ? args[0] : "127.0.0.1:8443")) {
      System.out.println("listening on " + listener.address());
      serve(listener, context);
    }
  }

  static void serve(Listener listener, SSLContext context) throws IOException {
    while (true) {
      Conn conn = listener.accept();
      go(() -> hello(conn, context));
    }
  }

  private static void hello(Conn conn, SSLContext context) throws IOException {
    conn.setDeadline(Duration.ofSeconds(10)); // handshake, request and answer together
    try (conn;
        TlsChannel tls = ServerTlsChannel.newBuilder(conn, context).build()) {
      BufferedReader request =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(tls), StandardCharsets.US_ASCII));
      String first = request.readLine();
      for (String line = first; line != null && !line.isEmpty(); line = request.readLine()) {
        // the head ends with an empty line
      }
      String body = "hello over TLS, you asked: " + first + "\n";
      String answer =
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body;
      tls.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
    }
  }

  /** A key and a certificate for this run, made by the JDK's keytool. */
  static SSLContext selfSigned() throws IOException, GeneralSecurityException {
    Path dir = Files.createTempDirectory("loompoll-tls");
    Path file = dir.resolve("keys.p12");
    try {
      keytool(file);
      char[] password = "loompoll".toCharArray();
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        keys.load(in, password);
      }
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      return context;
    } finally {
      Files.deleteIfExists(file);
      Files.delete(dir);
    }
  }

  private static void keytool(Path file) throws IOException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process process =
        new ProcessBuilder(
                tool.toString(),
                "-genkeypair",
                "-alias",
                "hello",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-validity",
                "1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "loompoll",
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (process.waitFor() != 0) {
        throw new IOException("keytool failed: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool ran", e);
    }
  }
}
