package dev.loompoll.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command in a process of its own, with the flags that the jar's manifest has. */
final class CommandProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final BufferedReader err;

  private CommandProcess(ProcessBuilder builder) throws IOException {
    process = builder.start();
    out = process.inputReader();
    err = process.errorReader();
  }

  static CommandProcess start(String... args) throws IOException {
    return new CommandProcess(builder(List.of(), args));
  }

  static CommandProcess withInput(Path file, String... args) throws IOException {
    return new CommandProcess(builder(List.of(), args).redirectInput(file.toFile()));
  }

  /** With more JVM options, the last of which win. */
  static CommandProcess withJvm(List<String> options, String... args) throws IOException {
    return new CommandProcess(builder(options, args));
  }

  private static ProcessBuilder builder(List<String> options, String... args) {
    List<String> command = new ArrayList<>();
    // A shell that runs the build in the background ignores SIGINT, and so would its children.
    command.addAll(List.of("env", "--default-signal=INT"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (options.isEmpty()) {
      command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command);
  }

  /** The next line of stdout; null at its end. */
  String line() throws IOException {
    return out.readLine();
  }

  /** The next line of stderr; null at its end. */
  String errorLine() throws IOException {
    return err.readLine();
  }

  /** What is left of stderr, to its end. */
  List<String> errorLines() {
    return err.lines().toList();
  }

  OutputStream stdin() {
    return process.getOutputStream();
  }

  Process process() {
    return process;
  }

  void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  /** Waits for the end; the caller has a time limit. */
  int exit() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
