/**
 * Go's network model on the JVM: blocking listeners and connections, one virtual thread each, at
 * the speed of an event loop.
 *
 * <p>Wants {@code --enable-native-access=dev.loompoll.core} (system calls) and {@code --add-opens
 * java.base/java.lang=dev.loompoll.core} (its own scheduler). Without the second it runs on the
 * JDK's scheduler.
 */
@org.jspecify.annotations.NullMarked
@SuppressWarnings("module") // those to whom we export are built later
module dev.loompoll.core {
  requires static transitive org.jspecify;
  requires static java.management; // for the MXBean
  requires static jdk.management; // to name the goroutines that hold all threads
  requires static jdk.jfr; // for events

  exports dev.loompoll;
  exports dev.loompoll.internal.jdk to
      dev.loompoll.cli;
  // The reactors stand on our own system calls and poller, the gallery and the floor of the
  // benchmark on the system calls.
  exports dev.loompoll.internal.net to
      dev.loompoll.server,
      dev.loompoll.gallery;
  exports dev.loompoll.internal.poll to
      dev.loompoll.server,
      dev.loompoll.gallery;
  exports dev.loompoll.internal.poll.epoll to
      dev.loompoll.server,
      dev.loompoll.gallery;
  exports dev.loompoll.internal.sys to
      dev.loompoll.bench,
      dev.loompoll.cli,
      dev.loompoll.server,
      dev.loompoll.gallery;
}
