package dev.loompoll.bench;

import dev.loompoll.Loompoll;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Child JVMs: the same java, and the same classes, wherever they were loaded from. */
final class Jvm {
  private Jvm() {}

  /** {@code java FLAGS -cp OURS}, to be followed by more flags and a main class. */
  static List<String> command(List<String> flags) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(flags);
    words.add("-cp");
    words.add(classPath());
    return words;
  }

  /** The bench and the core alone: what else the bench's process has is not to be measured. */
  private static String classPath() {
    Set<String> places = new LinkedHashSet<>();
    for (Class<?> c : List.of(Jvm.class, Loompoll.class)) {
      try {
        places.add(
            Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
      } catch (URISyntaxException e) {
        throw new IllegalStateException(e);
      }
    }
    return String.join(File.pathSeparator, places);
  }
}
