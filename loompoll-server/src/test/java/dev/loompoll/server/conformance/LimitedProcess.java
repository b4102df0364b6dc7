package dev.loompoll.server.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.Conn;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Server;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** A {@link LimitedServer} in a JVM of its own that may have so many descriptors. */
final class LimitedProcess implements AutoCloseable {
  private static final ToolProvider JAR = ToolProvider.findFirst("jar").orElseThrow();
  private static final int LIMIT_SECONDS = 60;
  private static final int LOOKS = 50;

  private final Process process;
  private final BufferedReader out;
  private final InetSocketAddress address;
  private boolean ended;

  private LimitedProcess(Process process) throws IOException {
    this.process = process;
    this.out = process.inputReader(UTF_8);
    int port = Integer.parseInt(answer());
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static LimitedProcess start(int descriptors, String classPath, Variant variant)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("prlimit", "--nofile=" + descriptors + ":" + descriptors));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            // Two Ps on every machine; otherwise as few threads and as little memory as will do.
            "-Dloompoll.procs=2",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m"));
    command.addAll(List.of("-cp", classPath, LimitedServer.class.getName()));
    command.addAll(List.of(variant.model().name(), "" + variant.raw()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      return new LimitedProcess(process);
    } catch (Throwable t) {
      process.destroyForcibly();
      throw t;
    }
  }

  // ---- class paths

  /** The libraries and these tests as jars, which are made in {@code dir} if need be. */
  static String jars(Path dir) throws IOException {
    List<String> jars = new ArrayList<>();
    for (Path home : homes()) {
      Path jar = home;
      if (Files.isDirectory(home)) {
        jar = dir.resolve(jars.size() + ".jar");
        jar("--create", "--file", jar.toString(), "-C", home.toString(), ".");
      }
      jars.add(jar.toString());
    }
    return String.join(File.pathSeparator, jars);
  }

  /** The same as directories. */
  static String directories(Path dir) throws IOException {
    List<String> directories = new ArrayList<>();
    for (Path home : homes()) {
      Path directory = home;
      if (!Files.isDirectory(home)) {
        directory = dir.resolve("" + directories.size());
        jar("--extract", "--file", home.toString(), "--dir", directory.toString());
      }
      directories.add(directory.toString());
    }
    return String.join(File.pathSeparator, directories);
  }

  private static void jar(String... arguments) {
    int status = JAR.run(System.out, System.err, arguments);
    assertThat(status).as("status of jar").isZero();
  }

  private static List<Path> homes() {
    return Stream.of(Conn.class, Server.class, LimitedServer.class)
        .map(
            c -> {
              try {
                return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI());
              } catch (URISyntaxException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  // ---- what it is asked

  Client connect() throws IOException {
    return new Client(address);
  }

  String ask(String command) throws IOException {
    process.outputWriter(UTF_8).write(command + "\n");
    process.outputWriter(UTF_8).flush();
    return answer();
  }

  private String answer() throws IOException {
    String line = out.readLine();
    if (line == null) {
      throw new AssertionError("it has ended with " + process.onExit().join().exitValue());
    }
    return line;
  }

  void awaitOpen(int n) throws Exception {
    Await.until(n + " connections are open", () -> ask("open").equals("" + n));
  }

  long refused(Refused why) throws IOException {
    return Long.parseLong(ask(why.name()));
  }

  void awaitRefused(Refused why, long least) throws Exception {
    Await.until(least + " or more are refused: " + why, () -> refused(why) >= least);
  }

  /** How many descriptors it has. One that is there for a moment does not count. */
  int descriptors() throws IOException {
    int least = Integer.MAX_VALUE;
    for (int look = 0; look < LOOKS; look++) {
      try (Stream<Path> fds = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
        least = Math.min(least, (int) fds.count());
      }
      Thread.yield();
    }
    return least;
  }

  Duration cpuTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** It drains its server and ends. */
  void drain() throws Exception {
    assertThat(ask("drain")).isEqualTo("drained");
    assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as("has ended").isTrue();
    assertThat(process.exitValue()).as("exit status").isZero();
    ended = true;
  }

  @Override
  public void close() {
    if (!ended) {
      process.destroyForcibly();
    }
  }
}
