package dev.loompoll.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The limits that decide how many connections there can be. */
final class LimitCheck {
  private static final long MANY_CONNECTIONS = 10_000;
  private static final long GOOD_BACKLOG = 1024;

  private static final Pattern OPEN_FILES =
      Pattern.compile("(?m)^Max open files\\s+(\\d+|unlimited)\\s+(\\d+|unlimited)");

  private LimitCheck() {}

  static List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(descriptors(Proc.read("/proc/self/limits"), Proc.openDescriptors()));
    findings.add(
        queue(
            "backlog",
            "net.core.somaxconn",
            Proc.number("/proc/sys/net/core/somaxconn"),
            "may wait to be accepted"));
    findings.add(
        queue(
            "SYN backlog",
            "net.ipv4.tcp_max_syn_backlog",
            Proc.number("/proc/sys/net/ipv4/tcp_max_syn_backlog"),
            "may be half open"));
    int online = Proc.count(Proc.read("/sys/devices/system/cpu/online"));
    findings.add(cpus(Runtime.getRuntime().availableProcessors(), online));
    return findings;
  }

  /** {@code limits} is {@code /proc/self/limits}; {@code open} descriptors are taken already. */
  static Finding descriptors(String limits, long open) {
    Matcher m = OPEN_FILES.matcher(limits);
    if (!m.find()) {
      return Finding.note("descriptors", "limit unknown: /proc/self/limits does not tell");
    }
    String both = "soft " + m.group(1) + ", hard " + m.group(2);
    long soft = number(m.group(1));
    long hard = number(m.group(2));
    if (soft == Long.MAX_VALUE) {
      return Finding.ok("descriptors", both + ": as many connections as memory holds");
    }
    String text = both + ": about " + Math.max(soft - open, 0) + " connections";
    if (soft >= MANY_CONNECTIONS) {
      return Finding.ok("descriptors", text);
    }
    String advice =
        soft < hard
            ? "raise the soft limit: ulimit -n " + m.group(2)
            : "raise the hard limit: LimitNOFILE= of the systemd unit, docker run --ulimit nofile=,"
                + " or /etc/security/limits.conf";
    return Finding.warn("descriptors", text, advice);
  }

  private static long number(String limit) {
    return limit.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limit);
  }

  static Finding queue(String subject, String sysctl, OptionalLong value, String meaning) {
    if (value.isEmpty()) {
      return Finding.note(subject, sysctl + " cannot be read here");
    }
    long n = value.getAsLong();
    String text = n + " connections " + meaning + " (" + sysctl + ")";
    return n >= GOOD_BACKLOG
        ? Finding.ok(subject, text)
        : Finding.warn(
            subject,
            text + ": a rush of clients overflows it",
            "sysctl -w " + sysctl + "=4096, and a file in /etc/sysctl.d to keep it");
  }

  static Finding cpus(int available, int online) {
    if (online <= available) {
      return Finding.ok("CPUs", available + ", all that are online");
    }
    return Finding.note(
        "CPUs",
        available + " of " + online + " online (taskset, cgroup or -XX:ActiveProcessorCount)");
  }
}
