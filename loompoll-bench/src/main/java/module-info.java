/**
 * The project's instrument: contestants side by side under one load, turn about, in one run.
 *
 * <p>Its contestants and its load generator are processes of their own, started from the same jars.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("requires-automatic")
module dev.loompoll.bench {
  requires static transitive org.jspecify;
  requires dev.loompoll.core;
  requires dev.loompoll.gallery;
  requires dev.loompoll.server;
  requires transitive info.picocli;
  requires io.netty.buffer;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.classes.io_uring;
  requires io.netty.common;
  requires com.fasterxml.jackson.databind;
  requires HdrHistogram; // named after its file: it declares no name

  exports dev.loompoll.bench;

  opens dev.loompoll.bench to
      info.picocli;
  opens dev.loompoll.bench.overload to
      com.fasterxml.jackson.databind;
  opens dev.loompoll.bench.result to
      com.fasterxml.jackson.databind;
}
