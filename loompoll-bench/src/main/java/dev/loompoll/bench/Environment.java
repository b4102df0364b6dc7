package dev.loompoll.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The machine that figures come from: without it they mean nothing. */
public final class Environment {
  private Environment() {}

  public static Map<String, Object> describe() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("cpu", cpuModel());
    facts.put("cpus", Runtime.getRuntime().availableProcessors());
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put(
        "jdk", System.getProperty("java.vendor") + " " + System.getProperty("java.vm.version"));
    facts.put("load", loadAverage());
    return facts;
  }

  public static String line(Map<String, Object> facts) {
    return "machine: %s, %s CPUs; %s; JDK %s; load average at start %s"
        .formatted(
            facts.get("cpu"),
            facts.get("cpus"),
            facts.get("kernel"),
            facts.get("jdk"),
            facts.get("load"));
  }

  private static String cpuModel() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // as unknown as on a machine that has no such line
    }
    return System.getProperty("os.arch");
  }

  private static String loadAverage() {
    try {
      return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    } catch (IOException e) {
      return "unknown";
    }
  }
}
