package dev.loompoll.bench;

import dev.loompoll.bench.result.Spread;
import dev.loompoll.bench.server.HttpHello;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code validate}: our load generator and wrk, in turns, on the same HTTP server.
 *
 * <p>In a closed loop connections divided by the rate is the mean time from one request to the next
 * (Little's law). We time a request from the reply before it, so our percentiles lie round that
 * mean; wrk times it from when its loop comes to send it, which may be later.
 */
@Command(
    name = "validate",
    description = "The load generator beside wrk: one HTTP server, in turns, both figures.")
final class ValidateCommand implements Callable<Integer> {
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern P50 = Pattern.compile("(?m)^\\s+50%\\s+([0-9.]+)(us|ms|s)");
  private static final Pattern P99 = Pattern.compile("(?m)^\\s+99%\\s+([0-9.]+)(us|ms|s)");

  @Mixin private final ContestantsOption contestants = new ContestantsOption();

  @Option(names = "--connections", defaultValue = "100", description = "${DEFAULT-VALUE}")
  private int connections;

  @Option(names = "--rounds", defaultValue = "5", description = "${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--slice",
      defaultValue = "2s",
      converter = Durations.class,
      description = "whole seconds, as wrk takes them (${DEFAULT-VALUE})")
  private Duration slice = Duration.ofSeconds(2);

  /** What one of them says of a turn; microseconds. */
  record Said(double rate, double p50, double p99) {}

  @Override
  public Integer call() throws IOException {
    if (connections < 1 || rounds < 1 || slice.toSeconds() < 1) {
      throw contestants.usage(
          "--connections and --rounds must be positive, --slice a second at least");
    }
    if (!Tools.has("wrk")) {
      throw new IOException("no wrk on the PATH (package wrk)");
    }
    contestants.print(contestants.heading());
    Cpus cpus = Cpus.choose(true);
    Contestant http =
        new Contestant("http", "HTTP on Loompoll", l -> JavaServers.loompoll(l, HttpHello.class));
    List<Said> ours = new ArrayList<>();
    List<Said> wrks = new ArrayList<>();
    try (Server server = Server.start(http, new Launch(0), cpus.server());
        Generator generator = Generator.start(cpus.generator(), false)) {
      for (int round = 0; round <= rounds; round++) { // the first one warms up
        Said our = generator(server, generator);
        Said wrk = wrk(server, cpus);
        if (round > 0) {
          ours.add(our);
          wrks.add(wrk);
          contestants.progress("round %d/%d".formatted(round, rounds));
        }
      }
    }
    Table table =
        new Table("load generator", "requests/s", "connections / rate us", "p50 us", "p99 us");
    row(table, "ours", ours);
    row(table, "wrk -t1", wrks);
    contestants.print(
        "load: %d connections, %d rounds of %d s each, in turns%n%n%s"
            .formatted(connections, rounds, slice.toSeconds(), table.text()));
    return 0;
  }

  private void row(Table table, String name, List<Said> all) {
    table.row(
        name,
        Spread.of(all, Said::rate).text("%,.0f"),
        Spread.of(all, s -> connections * 1e6 / s.rate()).text("%,.0f"),
        Spread.of(all, Said::p50).text("%,.0f"),
        Spread.of(all, Said::p99).text("%,.0f"));
  }

  private Said generator(Server server, Generator generator) throws IOException {
    Sample s =
        generator.http(
            server.host(), server.port(), connections, HttpHello.ANSWER_BYTES, slice.toMillis());
    return new Said(s.rate(), s.p50() / 1e3, s.p99() / 1e3);
  }

  private Said wrk(Server server, Cpus cpus) throws IOException {
    List<String> command =
        List.of(
            "wrk",
            "-t1",
            "-c" + connections,
            "-d" + slice.toSeconds() + "s",
            "--latency",
            "http://" + server.host() + ":" + server.port() + "/");
    return parse(Tools.run(Cpus.on(cpus.generator(), command)).text());
  }

  static Said parse(String text) throws IOException {
    Matcher rate = RATE.matcher(text);
    if (!rate.find() || text.contains("Socket errors") || text.contains("Non-2xx")) {
      throw new IOException("wrk: " + text);
    }
    return new Said(Double.parseDouble(rate.group(1)), micros(P50, text), micros(P99, text));
  }

  private static double micros(Pattern pattern, String text) throws IOException {
    Matcher m = pattern.matcher(text);
    if (!m.find()) {
      throw new IOException("wrk: " + text);
    }
    double value = Double.parseDouble(m.group(1));
    return switch (m.group(2)) {
      case "us" -> value;
      case "ms" -> value * 1e3;
      default -> value * 1e6;
    };
  }
}
