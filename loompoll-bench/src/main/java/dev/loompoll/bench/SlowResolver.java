package dev.loompoll.bench;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name server that never answers, and the FIFO that nobody writes: for hogs that block. A server
 * sees the one as its only name server by a mount namespace of its own, which takes root.
 */
final class SlowResolver {
  private static final String ADDRESS = "127.53.0.1";

  /** Open as long as the bench runs. */
  @SuppressWarnings("unused")
  private static @Nullable DatagramSocket silent;

  private SlowResolver() {}

  /** The command with that name server. */
  static List<String> wrap(List<String> command) throws IOException {
    if (!Tools.has("unshare") || !Tools.has("mkfifo")) {
      throw new CannotStartException("blocked hogs take unshare and mkfifo");
    }
    Path conf = Work.directory().resolve("resolv.conf");
    if (!Files.exists(conf)) {
      silent = new DatagramSocket(new InetSocketAddress(ADDRESS, 53));
      Files.writeString(conf, "nameserver " + ADDRESS + "\noptions timeout:1 attempts:1\n");
    }
    List<String> words =
        new ArrayList<>(
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"",
                conf.toString()));
    words.addAll(command);
    return words;
  }

  /** A FIFO for one server. */
  static Path fifo() throws IOException {
    Path fifo = Work.directory().resolve("fifo" + System.nanoTime());
    Tools.run(List.of("mkfifo", fifo.toString()));
    return fifo;
  }
}
