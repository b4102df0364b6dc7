package dev.loompoll.gallery;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What this process has open that a server could have opened. */
final class Descriptors {
  private Descriptors() {}

  /** How many of each kind. */
  static Map<String, Integer> open() throws IOException {
    Map<String, Integer> kinds = new HashMap<>();
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : fds) {
        try {
          String kind = Files.readSymbolicLink(fd).toString().replaceFirst(":\\[?\\d+]?$", "");
          if (kind.equals("socket") || kind.startsWith("anon_inode")) {
            kinds.merge(kind, 1, Integer::sum);
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
    }
    return kinds;
  }
}
