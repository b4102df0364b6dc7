/**
 * The project's instrument: contestants side by side under one load, turn about, in one run.
 *
 * <p>Its contestants and its load generator are processes of their own, started from the same jars.
 */
@org.jspecify.annotations.NullMarked
module dev.loompoll.bench {
  requires static transitive org.jspecify;
  requires dev.loompoll.core;
  requires transitive info.picocli;

  exports dev.loompoll.bench;

  opens dev.loompoll.bench to
      info.picocli;
}
