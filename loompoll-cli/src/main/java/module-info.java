/** The loompoll command. Runs as {@code java -jar loompoll.jar}, that is, from the class path. */
@org.jspecify.annotations.NullMarked
module dev.loompoll.cli {
  requires static org.jspecify;
  requires dev.loompoll.bench;
  requires dev.loompoll.core;
  requires dev.loompoll.gallery;
  requires dev.loompoll.server;
  requires info.picocli;
  requires java.logging;
  requires jdk.management; // HotSpotDiagnosticMXBean
  requires jdk.unsupported; // sun.misc.Signal

  opens dev.loompoll.cli to
      info.picocli;
}
