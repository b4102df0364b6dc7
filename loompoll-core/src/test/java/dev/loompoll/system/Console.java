package dev.loompoll.system;

import dev.loompoll.Loompoll;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** In a child: commands on standard input, an answer of one line for each on standard output. */
final class Console {
  static final String READY = "ready ";

  /** What a child does with a command. */
  interface Commands {
    String answer(String command) throws Exception;
  }

  private Console() {}

  /** Runs until told to quit, or the parent is gone, on the calling thread: the child's first. */
  static void serve(int port, Commands commands) throws Exception {
    System.out.println(READY + port);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String command; (command = in.readLine()) != null && !command.equals("quit"); ) {
      System.out.println(commands.answer(command).replace('\n', ' '));
    }
    System.out.println("bye");
    System.exit(0); // goroutines may be waiting still
  }

  /** {@code name=number}, as many as there are. Opens no descriptor. */
  static String stats() {
    String all = Loompoll.stats().toString();
    String totals = all.substring(0, all.indexOf(", processors=")); // which have names of their own
    return totals + ", scheduler=" + (Loompoll.runtime().scheduler() ? 1 : 0);
  }

  /** How many descriptors are open that are not files: sockets, pipes, epolls, eventfds. */
  static int descriptors() throws IOException {
    int n = 0;
    try (DirectoryStream<Path> fds = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : fds) {
        try {
          n += Files.readSymbolicLink(fd).isAbsolute() ? 0 : 1;
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
    }
    return n;
  }
}
