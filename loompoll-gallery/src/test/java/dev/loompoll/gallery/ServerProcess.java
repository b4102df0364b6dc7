package dev.loompoll.gallery;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A server in a JVM of its own, with limits of its own, and without this one's descriptors. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  final InetSocketAddress address;

  private ServerProcess(Process process, InetSocketAddress address) {
    this.process = process;
    this.address = address;
  }

  /**
   * @param limit as the shell's {@code ulimit} takes it
   */
  static ServerProcess start(String model, String limit) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit " + limit + " && exec \"$@\"",
                "sh",
                java,
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:ActiveProcessorCount=2", // the JDK and the engine open descriptors for each
                "-cp",
                System.getProperty("java.class.path"),
                ServerProcess.class.getName(),
                model)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String port = out.readLine();
    if (port == null) {
      throw new AssertionError(model + " ended with " + process.onExit().join().exitValue());
    }
    return new ServerProcess(process, new InetSocketAddress("127.0.0.1", Integer.parseInt(port)));
  }

  /** The CPU time that it has used. */
  long cpuMillis() {
    return process.info().totalCpuDuration().orElseThrow().toMillis();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Asks it to close and ends when it has; fails if it did not do so in order. */
  @Override
  public void close() throws IOException, InterruptedException {
    process.getOutputStream().close();
    boolean ended = process.waitFor(30, TimeUnit.SECONDS);
    process.destroyForcibly();
    if (!ended || process.exitValue() != 0) {
      throw new AssertionError(ended ? "exit status " + process.exitValue() : "did not end");
    }
  }

  /** Serves until the end of its input. */
  public static void main(String[] args) throws IOException {
    try (GalleryServer server = Gallery.open(args[0], "tcp4", "127.0.0.1:0")) {
      server.start();
      System.out.println(server.address().getPort());
      while (System.in.read() >= 0) {}
    }
  }
}
