package dev.loompoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts {@code ./loompoll} and {@code ./test} on machines that lack something. */
class LauncherTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Nothing is on PATH except these, so the machine's own JDKs are hidden. */
  private static final List<String> TOOLS =
      List.of("bash", "dirname", "env", "readlink", "sed", "uname");

  @TempDir private Path tmp;
  private Path bin;

  private record Result(int status, String out, String err) {}

  @BeforeEach
  void hideTheMachine() throws IOException {
    tmp = tmp.toRealPath();
    bin = Files.createDirectory(tmp.resolve("bin"));
    for (String tool : TOOLS) {
      Files.createSymbolicLink(bin.resolve(tool), onPath(tool));
    }
  }

  @Test
  void withoutAnyJdkOneLineSaysWhatToDo() throws Exception {
    for (String script : List.of("loompoll", "test")) {
      Result r = run(Map.of(), ROOT.resolve(script).toString());

      assertThat(r.status).isEqualTo(1);
      assertThat(r.out).isEmpty();
      assertThat(r.err.lines()).hasSize(1);
      assertThat(r.err)
          .contains("needs JDK 25 (25.0.4 or newer is best)", "no JDK", "LOOMPOLL_JAVA_HOME");
    }
  }

  @Test
  void otherJdksAreNamedOnceEach() throws Exception {
    Path seventeen = jdk("seven teen", "17.0.15");
    Path next = jdk("next", "26");
    Files.createSymbolicLink(bin.resolve("java"), seventeen.resolve("bin/java"));
    Result r =
        find(
            Map.of(
                "JAVA_HOME", seventeen.toString(),
                "LOOMPOLL_JAVA_HOME", tmp.resolve("missing").toString(),
                "LOOMPOLL_JDK_SEARCH", tmp + "/*"));

    assertThat(r.status).isEqualTo(1);
    assertThat(r.err.lines()).hasSize(1);
    assertThat(r.err).containsOnlyOnce("17.0.15 in " + seventeen).containsOnlyOnce("26 in " + next);
  }

  @Test
  void theOrderIsOwnVariableThenJavaHomeThenPathThenUsualPlaces() throws Exception {
    Path own = jdk("a/own", "25.0.1");
    Path javaHome = jdk("a/home", "25");
    Path path = jdk("a/path", "25-ea");
    Path usual = jdk("usual places/25", "25.0.4");
    jdk("usual places/17", "17.0.1");
    String places = tmp + "/none/*:" + tmp + "/usual places/*";
    Files.createSymbolicLink(bin.resolve("java"), path.resolve("bin/java"));

    assertThat(find(Map.of("LOOMPOLL_JAVA_HOME", "" + own, "JAVA_HOME", "" + javaHome)).out)
        .isEqualTo(own + "\n");
    assertThat(find(Map.of("JAVA_HOME", "" + javaHome)).out).isEqualTo(javaHome + "\n");
    assertThat(find(Map.of("LOOMPOLL_JDK_SEARCH", places)).out).isEqualTo(path + "\n");
    Files.delete(bin.resolve("java"));
    assertThat(find(Map.of("LOOMPOLL_JDK_SEARCH", places)).out).isEqualTo(usual + "\n");
  }

  @Test
  void aJdkWithoutReleaseFileIsAsked() throws Exception {
    Path home = jdk("bare", "25.0.3");
    Files.delete(home.resolve("release"));

    assertThat(find(Map.of("JAVA_HOME", home.toString())).out).isEqualTo(home + "\n");
  }

  @Test
  void anotherOperatingSystemGetsOneLine() throws Exception {
    Files.delete(bin.resolve("uname"));
    script(bin.resolve("uname"), "echo Darwin");
    Result r = run(Map.of(), ROOT.resolve("loompoll").toString(), "echo");

    assertThat(r.status).isEqualTo(1);
    assertThat(r.err.lines()).hasSize(1);
    assertThat(r.err).contains("Darwin is not supported yet");
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = Files.createDirectories(tmp.resolve(name));
    Files.createDirectory(home.resolve("bin"));
    script(home.resolve("bin/java"), "echo 'openjdk version \"" + version + "\"' >&2");
    script(home.resolve("bin/javac"), "exit 1");
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private Result find(Map<String, String> env) throws Exception {
    String code =
        ". '" + ROOT.resolve("scripts/find-jdk.sh") + "'; find_jdk && echo \"$JAVA_HOME\"";
    return run(env, bin.resolve("bash").toString(), "-euc", code);
  }

  private Result run(Map<String, String> env, String... command) throws Exception {
    Path out = tmp.resolve("out");
    Path err = tmp.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(Map.of("PATH", bin.toString(), "LOOMPOLL_JDK_SEARCH", ""));
    builder.environment().putAll(env);
    int status = builder.start().waitFor();
    return new Result(
        status,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private static Path onPath(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(dir -> Path.of(dir, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private static void script(Path file, String line) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
