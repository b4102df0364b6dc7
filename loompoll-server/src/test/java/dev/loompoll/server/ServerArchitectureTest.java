package dev.loompoll.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** Which part of a server may know which. */
class ServerArchitectureTest {
  private static final String GATE = "dev.loompoll.server.internal.gate..";
  private static final String ADMISSION = "dev.loompoll.server.internal.admission..";
  private static final String BLOCKING = "dev.loompoll.server.internal.blocking..";
  private static final String REACTOR = "dev.loompoll.server.internal.reactor..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("dev.loompoll.server");

  private static void never(String from, String... to) {
    noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(to)
        .check(CLASSES);
  }

  @Test
  void thereAreClassesToJudge() {
    assertThat(CLASSES).isNotEmpty();
  }

  @Test
  void theLimitsKnowNoModelAndNotEachOther() {
    never(GATE, ADMISSION, BLOCKING, REACTOR);
    never(ADMISSION, GATE, BLOCKING, REACTOR);
  }

  @Test
  void theModelsDoNotKnowEachOther() {
    never(BLOCKING, REACTOR);
    never(REACTOR, BLOCKING);
  }

  /** The reactors stand on our own poller, the others on the core's connections. */
  @Test
  void nobodyUsesTheJdksSelectors() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.nio\\.channels\\.(Select.*|.*Socket.*)")
        .check(CLASSES);
  }
}
