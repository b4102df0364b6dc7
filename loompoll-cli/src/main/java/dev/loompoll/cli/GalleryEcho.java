package dev.loompoll.cli;

import dev.loompoll.gallery.Gallery;
import dev.loompoll.gallery.GalleryServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The echo server as one of the gallery's bare models. */
final class GalleryEcho implements EchoServer {
  private final GalleryServer server;
  private final CompletableFuture<Void> hurry = new CompletableFuture<>();

  private GalleryEcho(GalleryServer server) {
    this.server = server;
  }

  static GalleryEcho start(String model, String address) throws IOException {
    GalleryServer server = Gallery.open(model, "tcp", address);
    server.start();
    return new GalleryEcho(server);
  }

  @Override
  public InetSocketAddress address() {
    return server.address();
  }

  @Override
  public int stop() {
    server.stop();
    return server.connections();
  }

  @Override
  public int end(Duration patience) throws IOException, InterruptedException {
    try {
      CompletableFuture.anyOf(server.finished(), hurry)
          .get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // patience has ended
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
    int left = server.connections();
    server.close();
    return left;
  }

  @Override
  public void hurry() {
    hurry.complete(null);
  }
}
