package dev.loompoll.bench;

import dev.loompoll.Loompoll;
import dev.loompoll.gallery.Gallery;
import dev.loompoll.server.Model;
import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
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
    return command(flags, List.of());
  }

  /**
   * The same with more on the class path.
   *
   * @param resources a file of each jar; of a jar that is not here there is none
   */
  static List<String> command(List<String> flags, List<String> resources) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(flags);
    words.add("-cp");
    words.add(classPath(resources));
    return words;
  }

  /** No more than that: what else the bench's process has is not to be measured. */
  private static String classPath(List<String> resources) {
    Set<String> places = new LinkedHashSet<>();
    try {
      for (Class<?> c : List.of(Jvm.class, Loompoll.class, Model.class, Gallery.class)) {
        places.add(
            Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI()).toString());
      }
      for (String resource : resources) {
        URL found = Jvm.class.getClassLoader().getResource(resource);
        if (found != null && found.openConnection() instanceof JarURLConnection jar) {
          places.add(Path.of(jar.getJarFileURL().toURI()).toString());
        }
      }
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return String.join(File.pathSeparator, places);
  }
}
