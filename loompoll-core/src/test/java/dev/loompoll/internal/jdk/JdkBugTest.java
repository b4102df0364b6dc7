package dev.loompoll.internal.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.testing.Logged;
import java.lang.Runtime.Version;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which JDK has which bug, and what the log says of it. */
class JdkBugTest {
  private static final String TEMURIN = "Temurin-25.0.3+9";

  @ParameterizedTest
  @CsvSource({
    "25, JDK-8369227 JDK-8370887 JDK-8373120",
    "25+36-LTS, JDK-8369227 JDK-8370887 JDK-8373120",
    "25.0.1+8-LTS, JDK-8369227 JDK-8370887 JDK-8373120",
    "25.0.2+10, JDK-8369227 JDK-8370887 JDK-8373120",
    "25.0.2.1+1, JDK-8369227 JDK-8370887 JDK-8373120",
    "25.0.3-ea+1, JDK-8369227 JDK-8370887 JDK-8373120",
    "25.0.3, JDK-8373120",
    "25.0.3+9-LTS, JDK-8373120",
    "25.0.3+9-Ubuntu-1, JDK-8373120",
    "25.0.4-ea+3, JDK-8373120",
    "25.0.4, ''",
    "25.0.4+7-LTS, ''",
    "25.0.4.1+1, ''",
    "25.0.10+1, ''",
    "25.1, ''",
    "26-ea+5, ''",
    "26, ''",
    "24.0.2, ''",
  })
  void comparesVersions(String version, String bugs) {
    assertThat(JdkBug.of(Version.parse(version), TEMURIN))
        .extracting(JdkBug::id)
        .containsExactly(bugs.isEmpty() ? new String[0] : bugs.split(" "));
  }

  @ParameterizedTest
  @CsvSource({
    "25.0.1+8-LTS, JDK-8369227 JDK-8370887 JDK-8373120",
    "25.0.2+10-LTS, JDK-8369227 JDK-8373120",
    "25.0.3+9-LTS, ''",
  })
  void correttoHasSomeFixesEarlier(String version, String bugs) {
    assertThat(JdkBug.of(Version.parse(version), "Corretto-25.0.0.0.0"))
        .extracting(JdkBug::id)
        .containsExactly(bugs.isEmpty() ? new String[0] : bugs.split(" "));
  }

  @Test
  void oneLineNamesThemAll() throws Exception {
    try (Logged log = new Logged(JdkBug.LOGGER, Level.ALL)) {
      JdkBug.warn(Version.parse("25.0.2+10"), TEMURIN);
      LogRecord record = log.take();

      assertThat(record.getLevel()).isEqualTo(Level.WARNING);
      assertThat(record.getMessage())
          .startsWith("known bugs of this JDK, 25.0.2+10: JDK-8369227: ")
          .contains("JDK-8370887: ", "(fixed in 25.0.3); JDK-8373120: ", "BLOCKED")
          .endsWith("(fixed in 25.0.4); use JDK 25.0.4 or newer")
          .doesNotContain("\n");
      assertThat(log.isEmpty()).isTrue();
    }
  }

  @Test
  void silentOnAJdkWithout() {
    try (Logged log = new Logged(JdkBug.LOGGER, Level.ALL)) {
      JdkBug.warn(Version.parse("25.0.4+7"), TEMURIN);
      assertThat(log.isEmpty()).isTrue();
    }
  }

  @Test
  void theLoggersLevelSilencesIt() {
    try (Logged log = new Logged(JdkBug.LOGGER, Level.OFF)) {
      JdkBug.warn(Version.parse("25"), TEMURIN);
      assertThat(log.isEmpty()).isTrue();
    }
  }
}
