package dev.loompoll.internal.jdk;

import java.lang.Runtime.Version;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A defect of the JDK that can hang a server on virtual threads. Only what a public record confirms
 * is listed, with the release that ends it; each entry says how it is known.
 *
 * <p>Immutable. The table is about JDK 25, the one Loompoll is made for: of another release it says
 * nothing.
 *
 * @param id in the JDK's bug tracker
 * @param what happens, in a few words
 * @param fixedIn the first OpenJDK release without it
 * @param fixedInCorretto the first release of Amazon Corretto without it; its maintainers backport
 *     such fixes one update early, and say so
 */
public record JdkBug(String id, String what, Version fixedIn, Version fixedInCorretto) {

  /** The logger of {@link #warn}, a child of the usual one, so that it can be silenced alone. */
  public static final String LOGGER = "dev.loompoll.jdk";

  private static final List<JdkBug> ALL =
      List.of(
          // The tracker's fix versions are 25.0.3, 26.0.1 and 27, quoted in
          // hardwood-hq/hardwood#1046; the fix can be seen in VirtualThread.parkTimeoutExpired of
          // 25.0.3. The race is in VirtualThread itself: it hits goroutines on any scheduler.
          bug("JDK-8369227", "a virtual thread can stay PARKED for ever", "25.0.3", "25.0.3"),
          // In jdk25u-dev after 25.0.2 had branched off, early in Corretto (corretto/corretto-25#32
          // and its change log); the fix can be seen in DelayScheduler.replace of 25.0.3. Timers of
          // ForkJoinPool: not goroutines on our scheduler, but CompletableFuture's time-outs and
          // the JDK's own scheduler.
          bug(
              "JDK-8370887",
              "a timed wait of a CompletableFuture, or of a virtual thread on the JDK's scheduler,"
                  + " can end late or never",
              "25.0.3",
              "25.0.2"),
          // corretto/corretto-25#53 names 25.0.4 as the release, and has it in Corretto 25.0.3.
          // In VirtualThread itself, too.
          bug(
              "JDK-8373120",
              "a virtual thread can stay BLOCKED on a monitor for ever",
              "25.0.4",
              "25.0.3"));

  private static JdkBug bug(String id, String what, String fixedIn, String fixedInCorretto) {
    return new JdkBug(id, what, Version.parse(fixedIn), Version.parse(fixedInCorretto));
  }

  /** Those of the JDK that runs this, in the order in which they were fixed. */
  public static List<JdkBug> here() {
    return of(Runtime.version(), System.getProperty("java.vendor.version", ""));
  }

  /**
   * Those of a JDK. An early-access build of the release that has the fix counts as without it: it
   * may be older than the fix.
   *
   * @param vendorVersion the JDK's property {@code java.vendor.version}
   */
  public static List<JdkBug> of(Version version, String vendorVersion) {
    boolean corretto = vendorVersion.startsWith("Corretto-");
    return ALL.stream()
        .filter(bug -> isBefore(version, corretto ? bug.fixedInCorretto : bug.fixedIn))
        .toList();
  }

  /** The two orders differ in what a vendor adds after the build's number. */
  private static boolean isBefore(Version version, Version fix) {
    return version.feature() == fix.feature() && version.compareToIgnoreOptional(fix) < 0;
  }

  /**
   * Names the bugs of this JDK in one line of the log; nothing if there are none. A warning, not an
   * information: a thread that hangs shows only in production, and an update mends it. May block,
   * as a log's handler may.
   */
  public static void warn() {
    warn(Runtime.version(), System.getProperty("java.vendor.version", ""));
  }

  static void warn(Version version, String vendorVersion) {
    List<JdkBug> bugs = of(version, vendorVersion);
    if (!bugs.isEmpty()) {
      System.getLogger(LOGGER).log(System.Logger.Level.WARNING, line(version, bugs));
    }
  }

  private static String line(Version version, List<JdkBug> bugs) {
    return bugs.stream()
        .map(bug -> bug.id + ": " + bug.what + " (fixed in " + bug.fixedIn + ")")
        .collect(
            Collectors.joining(
                "; ",
                "known bugs of this JDK, " + version + ": ",
                "; use JDK " + bugs.getLast().fixedIn + " or newer"));
  }
}
