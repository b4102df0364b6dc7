package dev.loompoll.bench;

import dev.loompoll.bench.Contestant.Command;
import dev.loompoll.bench.server.JdkVirtualEcho;
import dev.loompoll.bench.server.LoompollEcho;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who can take part. A new one is one more line in {@link #ALL}. */
final class Contestants {
  static final String C_EPOLL = "c-epoll";
  static final String LOOMPOLL = "loompoll";
  static final String FALLBACK = "loompoll-fallback";
  static final String JDK = "jdk-virtual";
  static final String GO = "go";

  private static final String PROCS = "-Dloompoll.procs=";
  private static final String JDK_PROCS = "-Djdk.virtualThreadScheduler.parallelism=";

  private static final Pattern WITH_PROCS = Pattern.compile("(.+)@([1-9]\\d{0,3})");
  private static final Pattern WITH_PROPERTY = Pattern.compile("(loompoll.*)\\+(\\w+=\\w+)");

  static final Map<String, Contestant> ALL = new LinkedHashMap<>();

  static {
    add(C_EPOLL, "a C loop over epoll: the physical limit", Contestants::cEpoll);
    add(LOOMPOLL, "goroutines on Loompoll's scheduler", l -> loompoll(l, PROCS, true));
    add(FALLBACK, "goroutines on the JDK's scheduler", l -> loompoll(l, JDK_PROCS, false));
    add(
        JDK,
        "java.net.Socket, a virtual thread per connection",
        l -> java(l, JdkVirtualEcho.class, JDK_PROCS, List.of()));
    add(GO, "Go's net, a goroutine per connection", Contestants::go);
  }

  private Contestants() {}

  private static void add(String name, String what, Contestant.Starter starter) {
    ALL.put(name, new Contestant(name, what, starter));
  }

  /**
   * By name; by {@code NAME@PROCS}, which takes part with that many processors; or by {@code
   * NAME+demotion=0}, with the property {@code loompoll.demotion}, for example.
   */
  static @Nullable Contestant find(String name) {
    Matcher property = WITH_PROPERTY.matcher(name);
    if (property.matches()) {
      Contestant plain = find(property.group(1));
      String flag = "-Dloompoll." + property.group(2);
      return plain == null
          ? null
          : new Contestant(
              name, plain.what(), launch -> plain.starter().command(launch.withFlag(flag)));
    }
    Matcher m = WITH_PROCS.matcher(name);
    if (!m.matches()) {
      return ALL.get(name);
    }
    Contestant plain = ALL.get(m.group(1));
    int procs = Integer.parseInt(m.group(2));
    return plain == null
        ? null
        : new Contestant(
            name, plain.what(), launch -> plain.starter().command(launch.withProcs(procs)));
  }

  /** All that this machine can be expected to start. */
  static List<String> here() {
    List<String> names = new ArrayList<>(ALL.keySet());
    if (!Tools.has("cc")) {
      names.remove(C_EPOLL);
    }
    if (!Tools.has("go")) {
      names.remove(GO);
    }
    return names;
  }

  private static Command cEpoll(Launch launch) throws IOException {
    if (launch.hogs().any()) {
      throw new CannotStartException("a bare loop has no scheduler to share with hogs");
    }
    String program = Tools.compiled("epoll_echo.c", List.of("cc", "-O2", "-pthread")).toString();
    return new Command(
        List.of(
            program,
            "127.0.0.1",
            "0",
            Integer.toString(Math.max(1, launch.procs())),
            Integer.toString(Launch.BACKLOG),
            Integer.toString(Launch.BUFFER),
            "with-parent"),
        Map.of());
  }

  private static Command go(Launch launch) throws IOException {
    if (!launch.hogs().spin()) {
      throw new CannotStartException("its program has hogs that spin only");
    }
    String program = Tools.compiled("go_echo.go", List.of("go", "build")).toString();
    return new Command(
        List.of(
            program,
            "127.0.0.1:0",
            Integer.toString(Launch.BUFFER),
            "with-parent",
            Integer.toString(launch.hogs().count()),
            Integer.toString(launch.hogs().millis())),
        launch.procs() == 0 ? Map.of() : Map.of("GOMAXPROCS", Integer.toString(launch.procs())));
  }

  private static Command loompoll(Launch launch, String procs, boolean hook) throws IOException {
    List<String> flags = new ArrayList<>();
    if (hook) {
      flags.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    }
    return java(launch, LoompollEcho.class, procs, flags);
  }

  private static Command java(Launch launch, Class<?> main, String procs, List<String> flags)
      throws IOException {
    List<String> words = new ArrayList<>(Jvm.command(launch.jvm()));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(flags);
    if (launch.safepoints()) {
      words.add("-Xlog:safepoint=info:stdout");
    }
    if (launch.procs() > 0) {
      words.add(procs + launch.procs());
    }
    words.add(main.getName());
    words.add("with-parent=true");
    words.add("backlog=" + Launch.BACKLOG);
    words.add("buffer=" + Launch.BUFFER);
    Hogs hogs = launch.hogs();
    words.add("hogs=" + hogs.count());
    words.add("hog-kind=" + hogs.kind());
    words.add("hog-millis=" + hogs.millis());
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
