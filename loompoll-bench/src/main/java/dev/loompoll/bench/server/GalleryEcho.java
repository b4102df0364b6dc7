package dev.loompoll.bench.server;

import dev.loompoll.gallery.Gallery;
import dev.loompoll.gallery.GalleryServer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** A model of the gallery: {@code --model NAME}, and then what all servers are told. */
public final class GalleryEcho {
  private GalleryEcho() {}

  public static void main(String[] args) throws Exception {
    if (args.length < 2 || !args[0].equals("--model")) {
      throw new IllegalArgumentException("--model NAME comes first");
    }
    ServerOptions options = ServerOptions.parse(Arrays.copyOfRange(args, 2, args.length));
    if (options.work() != 0) {
      throw new IllegalArgumentException("the gallery's servers echo, they run no handler");
    }
    try (GalleryServer server =
        Gallery.open(args[1], "tcp", options.host() + ":" + options.port())) {
      server.start();
      options.listening(
          server.address(),
          task -> Thread.ofPlatform().daemon().start(task::run),
          ServerOptions.Turns.NOTHING);
      new CountDownLatch(1).await(); // its parent ends it
    }
  }
}
