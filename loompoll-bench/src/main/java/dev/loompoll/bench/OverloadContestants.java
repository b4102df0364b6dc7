package dev.loompoll.bench;

import dev.loompoll.bench.Contestant.Command;
import dev.loompoll.bench.overload.GoroutineServer;
import dev.loompoll.bench.overload.OverloadServer;
import dev.loompoll.bench.overload.VirtualServer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who can take part in the overload experiments: those with limits, and those without. */
final class OverloadContestants {
  /** The models of {@code loompoll-server} that are to survive everything. */
  static final List<String> MODELS =
      List.of("goroutine", "pipeline", "reactor", "classic", "thread");

  static final String C_LOOP = "c-loop";
  static final String BARE = "bare-goroutine";
  static final String JDK = "jdk-virtual";
  static final String GO = "go";

  private static final String HEAP = "256";

  private OverloadContestants() {}

  /**
   * How they are started.
   *
   * @param options {@code key=value} for those that are ours
   * @param maxFrame bytes of the largest request
   * @param descriptors how many a process may have; 0 is as many as this one
   */
  record Setup(List<String> options, int maxFrame, int descriptors) {
    static final Setup PLAIN = new Setup(List.of(), 1024, 0);
  }

  static List<String> all() {
    return Stream.concat(MODELS.stream(), Stream.of(C_LOOP, BARE, JDK, GO)).toList();
  }

  /** All that this machine can be expected to start. */
  static List<String> here() {
    return all().stream().filter(OverloadContestants::isHere).toList();
  }

  private static boolean isHere(String name) {
    return switch (name) {
      case C_LOOP -> Tools.has("cc");
      case GO -> Tools.has("go");
      default -> true;
    };
  }

  static @Nullable Contestant find(String name, Setup setup) {
    if (MODELS.contains(name)) {
      List<String> options = new ArrayList<>(List.of("--model", name));
      options.addAll(setup.options());
      return of(
          name,
          "loompoll-server, model " + name,
          launch ->
              limited(
                  java(
                      List.of("--add-opens=java.base/java.lang=ALL-UNNAMED"),
                      OverloadServer.class,
                      setup,
                      options),
                  setup));
    }
    return switch (name) {
      case C_LOOP ->
          of(
              name,
              "a C loop over epoll with a queue of 16, which refuses the rest: the physical limit",
              launch -> {
                String program = Tools.compiled("shed_loop.c", List.of("cc", "-O2")).toString();
                String backlog = Integer.toString(Launch.BACKLOG);
                String frame = Integer.toString(setup.maxFrame());
                return limited(List.of(program, "127.0.0.1", "0", backlog, frame), setup);
              });
      case BARE ->
          of(
              name,
              "a goroutine a connection on Loompoll, without limits",
              launch ->
                  limited(
                      java(
                          List.of("--add-opens=java.base/java.lang=ALL-UNNAMED"),
                          GoroutineServer.class,
                          setup,
                          List.of()),
                      setup));
      case JDK ->
          of(
              name,
              "java.net.Socket, a virtual thread a connection, without limits",
              launch -> limited(java(List.of(), VirtualServer.class, setup, List.of()), setup));
      case GO ->
          of(
              name,
              "Go's net, a goroutine a connection, without limits",
              launch -> {
                String program =
                    Tools.compiled("go_overload.go", List.of("go", "build")).toString();
                List<String> words =
                    List.of(program, "127.0.0.1:0", Integer.toString(setup.maxFrame()));
                return new Command(
                    limited(words, setup).words(), Map.of("GOMEMLIMIT", HEAP + "MiB"));
              });
      default -> null;
    };
  }

  private static Contestant of(String name, String what, Contestant.Starter starter) {
    return new Contestant(name, what, starter);
  }

  private static List<String> java(
      List<String> flags, Class<?> main, Setup setup, List<String> options) {
    List<String> words =
        new ArrayList<>(
            Jvm.command(List.of("-XX:+UseSerialGC", "-Xmx" + HEAP + "m", Launch.WARM_LOOPS)));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(flags);
    words.add(main.getName());
    words.addAll(options);
    words.add("max-frame=" + setup.maxFrame());
    return words;
  }

  private static Command limited(List<String> words, Setup setup) {
    if (setup.descriptors() == 0) {
      return new Command(words, Map.of());
    }
    List<String> limited =
        new ArrayList<>(
            List.of("sh", "-c", "ulimit -n " + setup.descriptors() + "; exec \"$@\"", "sh"));
    limited.addAll(words);
    return new Command(limited, Map.of());
  }

  /** For the help text. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return all().iterator();
    }
  }
}
