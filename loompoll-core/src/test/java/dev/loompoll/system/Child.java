package dev.loompoll.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link Program} in a JVM of its own, on the scheduler that this one runs on. */
final class Child implements AutoCloseable {
  private static final String FALLBACK = "loompoll.unsupported.force.fallback";

  private final Process process;
  private final BufferedReader answers;

  private Child(Process process) throws IOException {
    this.process = process;
    this.answers = process.inputReader();
    expect("ready");
  }

  static Child start(String... jvmOptions) throws IOException {
    return new Child(process(List.of(), jvmOptions));
  }

  /**
   * @param script what a shell does first
   */
  static Child startAfter(String script, String... jvmOptions) throws IOException {
    return new Child(process(List.of("sh", "-ec", script + "; exec \"$@\"", "sh"), jvmOptions));
  }

  private static Process process(List<String> before, String... jvmOptions) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-D" + FALLBACK + "=" + Boolean.getBoolean(FALLBACK));
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  long pid() {
    return process.pid();
  }

  /** One line there, one line back. */
  String ask(String line) throws IOException {
    process.outputWriter().write(line + "\n");
    process.outputWriter().flush();
    return answer();
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the child has ended");
    }
    return line;
  }

  private void expect(String expected) throws IOException {
    String line = answer();
    if (!line.equals(expected)) {
      throw new IOException("the child says " + line);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
