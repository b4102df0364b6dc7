package dev.loompoll.cli;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Reads what Linux tells in {@code /proc} and {@code /sys}. */
final class Proc {
  private Proc() {}

  /**
   * The file without white space around it; empty if it cannot be read. Not by {@code
   * Files.readString}: that begins with a read of one byte, and a sysctl has no second one to give.
   */
  static String read(String file) {
    try (InputStream in = new FileInputStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /** The number in the file, if it can be read and is one. */
  static OptionalLong number(String file) {
    try {
      return OptionalLong.of(Long.parseLong(read(file)));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** How many descriptors this process has. */
  static long openDescriptors() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (IOException e) {
      return 0;
    }
  }

  /** How many processors a list like {@code 0-3,8} names. */
  static int count(String list) {
    int n = 0;
    for (String range : list.split(",", -1)) {
      String[] ends = range.strip().split("-", -1);
      try {
        n += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
      } catch (NumberFormatException e) {
        return 0; // not such a list
      }
    }
    return n;
  }
}
