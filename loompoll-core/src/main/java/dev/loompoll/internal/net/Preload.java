package dev.loompoll.internal.net;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A class that comes from a directory is read from a file of its own, for which there is no
 * descriptor when descriptors have run out; and a class that could not be loaded once is missing
 * for ever. So all are loaded beforehand. Jars stay open, and the JDK's own classes are mapped into
 * memory: there is nothing to do for those.
 */
public final class Preload {
  private static final String CLASS = ".class";

  private Preload() {}

  /**
   * Loads all classes of the package of {@code anchor}, and of the packages below, if they are in a
   * directory. Initialises none. What cannot be loaded is left.
   */
  public static void packageOf(Class<?> anchor) {
    Path home = home(anchor);
    if (home == null) {
      return;
    }
    String below = anchor.getPackageName().replace('.', '/');
    List<Path> files;
    try (Stream<Path> all = Files.walk(home.resolve(below))) {
      files = all.filter(file -> file.toString().endsWith(CLASS)).toList();
    } catch (IOException | RuntimeException e) {
      return; // then it is as without this class
    }
    for (Path file : files) {
      String path = home.relativize(file).toString();
      load(path.substring(0, path.length() - CLASS.length()).replace('/', '.'), anchor);
    }
  }

  /** The directory that it comes from; null if it comes from none. */
  private static @Nullable Path home(Class<?> c) {
    CodeSource source = c.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return null;
    }
    try {
      URI uri = source.getLocation().toURI();
      Path home = "file".equals(uri.getScheme()) ? Path.of(uri) : null;
      return home != null && Files.isDirectory(home) ? home : null;
    } catch (URISyntaxException | RuntimeException e) {
      return null;
    }
  }

  private static void load(String name, Class<?> anchor) {
    try {
      var unused = Class.forName(name, false, anchor.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // It needs something that is not there: nobody can use it.
    }
  }
}
