package dev.loompoll.bench;

import dev.loompoll.bench.server.JdkPlatformEcho;
import dev.loompoll.bench.server.JdkVirtualEcho;
import dev.loompoll.bench.server.LoompollEcho;
import dev.loompoll.bench.server.NettyEpollEcho;
import dev.loompoll.bench.server.NettyIoUringEcho;
import dev.loompoll.bench.server.NettyNioEcho;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who can take part. A new one is one more entry in {@link #ALL}. */
final class Contestants {
  static final String C_EPOLL = "c-epoll";
  static final String C_URING = "c-io_uring";
  static final String VIRTUAL_FLOOR = "virtual-floor";
  static final String LOOMPOLL = "loompoll";
  static final String FALLBACK = "loompoll-fallback";
  static final String JDK = "jdk-virtual";
  static final String JDK_POLLER_1 = "jdk-virtual-poller1";
  static final String JDK_POLLER_2 = "jdk-virtual-poller2";
  static final String JDK_PLATFORM = "jdk-platform";
  static final String NETTY_NIO = "netty-nio";
  static final String NETTY_EPOLL = "netty-epoll";
  static final String NETTY_URING = "netty-io_uring";
  static final String GO = "go";

  private static final Pattern WITH_PROCS = Pattern.compile("(.+)@([1-9]\\d{0,3})");
  private static final Pattern WITH_PROPERTY = Pattern.compile("(loompoll.*)\\+(\\w+=\\w+)");
  private static final Pattern WITH_FLAG = Pattern.compile("(.+)\\+(XX:[+-]?\\w+(?:=\\w+)?)");

  private static final String NETTY_TUNING =
      " One event loop a processor, which accepts too; the pooled allocator, receive buffers of the"
          + " common size; flushed when a read is complete, reads while the peer does (Netty's echo"
          + " example and the Javadoc of Channel.isWritable). Unsafe and direct buffers without"
          + " cleaners are allowed by flags of the JVM.";

  static final Map<String, Contestant> ALL = new LinkedHashMap<>();

  static {
    add(
        C_EPOLL,
        "a C loop over epoll: the physical limit",
        "One thread a processor with an epoll of its own; edge-triggered, registered once, a read"
            + " shorter than its buffer has emptied the socket (epoll(7)).",
        Versions::c,
        CompiledServers.c("epoll_echo.c"));
    add(
        C_URING,
        "a C loop over io_uring: the physical limit without readiness",
        "One thread a processor with a ring of its own; single issuer, work deferred to the thread"
            + " that waits, multishot accept and receive into provided buffers (io_uring_setup(2),"
            + " io_uring_enter(2), io_uring_multishot(7)).",
        Versions::c,
        CompiledServers.c("uring_echo.c"));
    add(
        VIRTUAL_FLOOR,
        "virtual threads on a bare queue over epoll: the limit of a virtual thread per connection",
        "As the C loop over epoll, with a virtual thread in the place of each callback, and the"
            + " system calls of Loompoll's. No library, and not fit for use: no deadlines, no"
            + " closing by others, no fairness, and one processor whatever is asked for.",
        Versions::jdk,
        JavaServers::virtualFloor);
    add(
        LOOMPOLL,
        "goroutines on Loompoll's scheduler",
        "As its README says: a goroutine per connection, --add-opens for the scheduler.",
        Versions::loompoll,
        JavaServers::loompoll);
    add(
        FALLBACK,
        "goroutines on the JDK's scheduler",
        "The same program without --add-opens.",
        Versions::loompoll,
        JavaServers.virtual(LoompollEcho.class));
    add(
        JDK,
        "java.net.Socket, a virtual thread per connection",
        "As JEP 444 says; the JDK's own choice of pollers, which on Linux is jdk.pollerMode 2.",
        Versions::jdk,
        JavaServers.virtual(JdkVirtualEcho.class));
    add(
        JDK_POLLER_1,
        "the same, polled for by platform threads",
        "-Djdk.pollerMode=1 (sun.nio.ch.Poller in the JDK's sources).",
        Versions::jdk,
        JavaServers.virtual(JdkVirtualEcho.class, "-Djdk.pollerMode=1"));
    add(
        JDK_POLLER_2,
        "the same, polled for by virtual threads",
        "-Djdk.pollerMode=2 (sun.nio.ch.Poller in the JDK's sources): the default, if it is not"
            + " another JDK.",
        Versions::jdk,
        JavaServers.virtual(JdkVirtualEcho.class, "-Djdk.pollerMode=2"));
    add(
        JDK_PLATFORM,
        "java.net.Socket, a platform thread per connection",
        "The JDK's defaults, stack size among them; the kernel schedules, so a number of processors"
            + " does not bind it.",
        Versions::jdk,
        JavaServers.platform(JdkPlatformEcho.class));
    add(
        NETTY_NIO,
        "Netty over the JDK's selector",
        "NioIoHandler." + NETTY_TUNING,
        Versions::netty,
        JavaServers.netty(NettyNioEcho.class));
    add(
        NETTY_EPOLL,
        "Netty over epoll",
        "EpollIoHandler, edge-triggered as it always is." + NETTY_TUNING,
        Versions::netty,
        JavaServers.netty(NettyEpollEcho.class));
    add(
        NETTY_URING,
        "Netty over io_uring",
        "IoUringIoHandler with its default configuration." + NETTY_TUNING,
        Versions::netty,
        JavaServers.netty(NettyIoUringEcho.class));
    add(
        GO,
        "Go's net, a goroutine per connection",
        "Go's defaults; GOMAXPROCS where a number of processors is asked for (package runtime).",
        Versions::go,
        CompiledServers::go);
  }

  private Contestants() {}

  private static void add(
      String name,
      String what,
      String tuning,
      Supplier<String> version,
      Contestant.Starter starter) {
    ALL.put(name, new Contestant(name, what, tuning, version, starter));
  }

  /**
   * By name; by {@code NAME@PROCS}, which takes part with that many processors; by {@code
   * NAME+demotion=0}, with the property {@code loompoll.demotion}, for example; or by {@code
   * NAME+XX:+UseCompactObjectHeaders}, with that flag for its JVM, if it is one.
   */
  static @Nullable Contestant find(String name) {
    Matcher flagged = WITH_FLAG.matcher(name);
    if (flagged.matches()) {
      Contestant plain = find(flagged.group(1));
      String flag = "-" + flagged.group(2);
      return plain == null
          ? null
          : plain.as(name, "With " + flag + ".", l -> plain.starter().command(l.withFlag(flag)));
    }
    Matcher property = WITH_PROPERTY.matcher(name);
    if (property.matches()) {
      Contestant plain = find(property.group(1));
      String flag = "-Dloompoll." + property.group(2);
      return plain == null
          ? null
          : plain.as(name, "With " + flag + ".", l -> plain.starter().command(l.withFlag(flag)));
    }
    Matcher m = WITH_PROCS.matcher(name);
    if (!m.matches()) {
      return ALL.get(name);
    }
    Contestant plain = ALL.get(m.group(1));
    int procs = Integer.parseInt(m.group(2));
    return plain == null
        ? null
        : plain.as(
            name, "On " + procs + " processors.", l -> plain.starter().command(l.withProcs(procs)));
  }

  /** All whom one could choose, and this machine can be expected to start. */
  static List<String> here() {
    return ALL.keySet().stream()
        .filter(n -> !n.equals(VIRTUAL_FLOOR))
        .filter(Contestants::isHere)
        .toList();
  }

  /** Those of {@code wanted} that this machine can be expected to start. */
  static List<String> here(String... wanted) {
    return Stream.of(wanted).filter(ALL::containsKey).filter(Contestants::isHere).toList();
  }

  private static boolean isHere(String name) {
    return switch (name) {
      case C_EPOLL -> Tools.has("cc");
      case C_URING -> Tools.has("cc") && UringProbe.works();
      case NETTY_EPOLL -> nettyHasLibrary();
      case NETTY_URING -> nettyHasLibrary() && UringProbe.works();
      case GO -> Tools.has("go");
      default -> true;
    };
  }

  private static boolean nettyHasLibrary() {
    return System.getProperty("os.arch").equals("amd64");
  }

  /** For the help text. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ALL.keySet().iterator();
    }
  }
}
