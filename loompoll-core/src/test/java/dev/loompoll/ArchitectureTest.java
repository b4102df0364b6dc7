package dev.loompoll;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.foreign.Linker;
import org.junit.jupiter.api.Test;

/** The layers of the core, top to bottom: an arrow goes down, or it does not exist. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("dev.loompoll");

  @Test
  void thereAreClassesToJudge() {
    assertFalse(CLASSES.isEmpty());
  }

  @Test
  void everyPackageUsesOnlyThoseBelowIt() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("dev.loompoll..")
        // A new package has to be given its place here first.
        .ensureAllClassesAreContainedInArchitecture()
        .layer("public")
        .definedBy("dev.loompoll")
        .optionalLayer("adapters")
        .definedBy("dev.loompoll.socket")
        .optionalLayer("net")
        .definedBy("dev.loompoll.internal.net..")
        .optionalLayer("poll")
        .definedBy("dev.loompoll.internal.poll..")
        .optionalLayer("sched")
        .definedBy("dev.loompoll.internal.sched..")
        .optionalLayer("sys")
        .definedBy("dev.loompoll.internal.sys..")
        .optionalLayer("jdk")
        .definedBy("dev.loompoll.internal.jdk..")
        .optionalLayer("jfr")
        .definedBy("dev.loompoll.internal.jfr..")
        .whereLayer("adapters")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("public")
        .mayOnlyBeAccessedByLayers("adapters")
        .whereLayer("net")
        .mayOnlyBeAccessedByLayers("public", "adapters")
        .whereLayer("poll")
        .mayOnlyBeAccessedByLayers("public", "adapters", "net")
        .whereLayer("sched")
        .mayOnlyBeAccessedByLayers("public", "adapters", "net", "poll")
        .whereLayer("jfr")
        .mayOnlyBeAccessedByLayers("public", "adapters", "net", "poll", "sched")
        .whereLayer("jdk")
        .mayOnlyBeAccessedByLayers("public", "adapters", "net", "poll", "sched", "sys")
        .whereLayer("sys")
        .mayOnlyBeAccessedByLayers("public", "adapters", "net", "poll", "sched", "jfr")
        .check(CLASSES);
  }

  @Test
  void onlySysCallsNativeCode() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.loompoll.internal.sys..")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Linker.class)
        .check(CLASSES);
  }
}
