/**
 * Servers on Loompoll: one handler under every model, with limits that hold when more comes than
 * the machine can bear, and an end in which nothing that was read is lost.
 */
@org.jspecify.annotations.NullMarked
module dev.loompoll.server {
  requires transitive dev.loompoll.core;
  requires static transitive org.jspecify;
  requires static java.management; // for the memory after a collection

  exports dev.loompoll.server;
}
