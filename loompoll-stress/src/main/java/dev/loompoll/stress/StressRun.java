package dev.loompoll.stress;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs every jcstress test of this module within a time budget, which jcstress 0.16 has no option
 * for. Arguments: seconds for the whole run, {@code all} or {@code random} for the {@linkplain
 * #RANDOM modes}, directory of the report, further jcstress options. Exits with non-zero on a
 * forbidden outcome, on a test that could not run, and without any test.
 */
public final class StressRun {
  private static final int ITERATIONS = 5;

  /** Without split compilation: interpreter, C1, C2, and C2 with randomised code motion. */
  private static final int MODES = 4;

  /** The last of them alone, which moves the most. */
  private static final String RANDOM =
      "-XX:+UnlockDiagnosticVMOptions -XX:+StressLCM -XX:+StressGCM -XX:+StressIGVN"
          + " -XX:+StressCCP -XX:-TieredCompilation";

  /** Seconds, measured on two CPUs: jcstress probes the machine once and starts a JVM a fork. */
  private static final double PROBE_COST = 5;

  private static final double FORK_COST = 0.5;

  private StressRun() {}

  public static void main(String[] args) throws Exception {
    double budget = Double.parseDouble(args[0]);
    boolean all = all(args[1]);
    Path report = Path.of(args[2]);
    List<String> options =
        new ArrayList<>(List.of("-m", "quick", "-sc", "false", "-r", report.toString()));
    options.addAll(List.of("-iters", String.valueOf(ITERATIONS)));
    options.addAll(
        List.of(
            "-jvmArgsPrepend",
            "--add-opens=java.base/java.lang=ALL-UNNAMED --enable-native-access=ALL-UNNAMED"));
    if (!all) {
      options.addAll(List.of("-jvmArgs", RANDOM));
    }
    options.addAll(List.of(args).subList(3, args.length));

    if (StressRun.class.getResource(TestList.LIST) == null) {
      throw new IllegalStateException("no jcstress test");
    }
    Set<String> tests = new JCStress(parse(options)).getTests();
    for (String test : tests) {
      Files.deleteIfExists(report.resolve(test + ".html"));
    }
    double perFork = (budget - PROBE_COST) / (tests.size() * (all ? MODES : 1)) - FORK_COST;
    long millis = Math.clamp(Math.round(1000 * perFork / ITERATIONS), 10, 1000);
    System.out.printf("%d jcstress tests, %d ms per iteration%n", tests.size(), millis);

    options.addAll(List.of("-time", String.valueOf(millis)));
    Main.main(options.toArray(String[]::new)); // throws on a forbidden outcome or an error

    // jcstress leaves out, without a word, a test with more actors than there are CPUs.
    for (String test : tests) {
      if (!Files.exists(report.resolve(test + ".html"))) {
        throw new IllegalStateException("not run, needs more CPUs than this machine has: " + test);
      }
    }
  }

  private static boolean all(String modes) {
    return switch (modes) {
      case "all" -> true;
      case "random" -> false;
      default -> throw new IllegalArgumentException("modes are all or random, not " + modes);
    };
  }

  private static Options parse(List<String> options) throws Exception {
    Options parsed = new Options(options.toArray(String[]::new));
    if (!parsed.parse()) {
      throw new IllegalArgumentException(options.toString());
    }
    return parsed;
  }
}
