package dev.loompoll.bench;

import dev.loompoll.bench.Contestant.Command;
import dev.loompoll.bench.server.GalleryEcho;
import dev.loompoll.bench.server.LoompollEcho;
import dev.loompoll.bench.server.ModelEcho;
import dev.loompoll.bench.server.VirtualFloorEcho;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Commands of the contestants that are JVMs: the same flags and arguments for all. */
final class JavaServers {
  /** A file of each jar of Netty's: those it needs, and no more. */
  private static final List<String> NETTY_JARS =
      List.of(
          "io/netty/util/Version.class",
          "io/netty/buffer/ByteBuf.class",
          "io/netty/resolver/NameResolver.class",
          "io/netty/channel/Channel.class",
          "io/netty/channel/unix/Unix.class",
          "io/netty/channel/epoll/Epoll.class",
          "io/netty/channel/uring/IoUring.class",
          "META-INF/native/libnetty_transport_native_epoll_x86_64.so",
          "META-INF/native/libnetty_transport_native_io_uring42_x86_64.so");

  /** Without them Netty goes slower ways round the JDK, or the JDK warns. */
  private static final List<String> NETTY_FLAGS =
      List.of(
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
          "-Dio.netty.tryReflectionSetAccessible=true");

  private JavaServers() {}

  static Command loompoll(Launch launch) throws IOException {
    return loompoll(launch, LoompollEcho.class);
  }

  /** A server on our scheduler. */
  static Command loompoll(Launch launch, Class<?> main) throws IOException {
    List<String> flags = procs(launch, "-Dloompoll.procs=");
    flags.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    return java(launch, main, flags, List.of());
  }

  /** What virtual threads cost at the least. */
  static Command virtualFloor(Launch launch) throws IOException {
    return loompoll(launch, VirtualFloorEcho.class);
  }

  /** A model of servers, by name. */
  static Contestant.Starter model(String name) {
    return launch -> {
      List<String> flags = procs(launch, "-Dloompoll.procs=");
      flags.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
      return java(launch, ModelEcho.class, flags, List.of(), "--model", name);
    };
  }

  /** One of the gallery, by name. */
  static Contestant.Starter gallery(String name) {
    return launch -> java(launch, GalleryEcho.class, List.of(), List.of(), "--model", name);
  }

  /** One on the JDK's virtual threads. */
  static Contestant.Starter virtual(Class<?> main, String... more) {
    return launch -> {
      List<String> flags = procs(launch, "-Djdk.virtualThreadScheduler.parallelism=");
      flags.addAll(List.of(more));
      return java(launch, main, flags, List.of());
    };
  }

  private static List<String> procs(Launch launch, String flag) {
    List<String> flags = new ArrayList<>();
    if (launch.procs() > 0) {
      flags.add(flag + launch.procs());
    }
    return flags;
  }

  /** One on platform threads: how many of them run at once is for the kernel to say. */
  static Contestant.Starter platform(Class<?> main) {
    return launch -> java(launch, main, List.of(), List.of());
  }

  static Contestant.Starter netty(Class<?> main) {
    return launch -> {
      if (launch.hogs().any()) {
        throw new CannotStartException("an event loop has no scheduler to share with hogs");
      }
      return java(launch, main, NETTY_FLAGS, NETTY_JARS);
    };
  }

  private static Command java(
      Launch launch, Class<?> main, List<String> flags, List<String> jars, String... arguments)
      throws IOException {
    List<String> words = new ArrayList<>(Jvm.command(launch.jvm(), jars));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(flags);
    if (launch.safepoints()) {
      words.add("-Xlog:safepoint=info:stdout");
    }
    words.add(main.getName());
    words.addAll(List.of(arguments));
    words.add("with-parent=true");
    words.add("backlog=" + Launch.BACKLOG);
    words.add("buffer=" + launch.buffer());
    words.add("procs=" + launch.procs());
    Hogs hogs = launch.hogs();
    words.add("hogs=" + hogs.count());
    words.add("hog-kind=" + hogs.kind());
    words.add("hog-millis=" + hogs.millis());
    if (launch.work() > 0) {
      words.add("work=" + launch.work());
    }
    if (launch.safepoints()) {
      words.add("safepoints=true");
    }
    if (hogs.kind().equals(Hogs.BLOCKED)) {
      words.add("fifo=" + SlowResolver.fifo());
      words = SlowResolver.wrap(words);
    }
    return new Command(words, Map.of());
  }
}
