package dev.loompoll.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many connections the process's descriptor limit has room for. */
final class Descriptors {
  /** For the JVM, the poller, files and the reserve. */
  private static final int FOR_OTHERS = 64;

  private Descriptors() {}

  /** At least what is asked for: who asks for more than there are finds out by EMFILE. */
  static int forConnections(int atLeast) {
    long limit = limit();
    long room = Math.max(limit - FOR_OTHERS, limit / 2);
    return (int) Math.max(Math.max(atLeast, 1), Math.min(room, 1_000_000));
  }

  private static long limit() {
    try {
      for (String line :
          Files.readAllLines(Path.of("/proc/self/limits"), StandardCharsets.US_ASCII)) {
        if (line.startsWith("Max open files")) {
          String soft = line.substring("Max open files".length()).strip().split(" +", 2)[0];
          return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
        }
      }
    } catch (IOException | NumberFormatException e) {
      // no /proc: the least that POSIX systems come with
    }
    return 1024;
  }
}
