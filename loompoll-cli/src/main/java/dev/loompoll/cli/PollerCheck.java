package dev.loompoll.cli;

import dev.loompoll.internal.sys.DirectCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel, the ways to wait for the network that it offers, and how it is called. */
final class PollerCheck {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

  private PollerCheck() {}

  static List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    if (!System.getProperty("os.name").equals("Linux")) {
      String text = Version.system() + ": Loompoll runs on Linux only so far";
      findings.add(Finding.fail("system", text, ""));
      return findings;
    }
    String release = System.getProperty("os.version");
    findings.add(Finding.ok("system", Version.system()));
    findings.add(Finding.ok("epoll", "there; Loompoll uses it"));
    findings.add(
        isAtLeast(release, 5, 11)
            ? Finding.ok("epoll_pwait2", "there, so timers can be exact to less than a millisecond")
            : Finding.note("epoll_pwait2", "needs Linux 5.11; timers are exact to a millisecond"));
    findings.add(
        DirectCalls.present()
            ? Finding.ok("system calls", "recv, send and epoll_wait without the C library")
            : Finding.note("system calls", "by the C library: " + DirectCalls.whyNot()));
    OptionalLong disabled = Proc.number("/proc/sys/kernel/io_uring_disabled");
    boolean filtered = Proc.read("/proc/self/status").contains("\nSeccomp:\t2");
    findings.add(ioUring(release, disabled, filtered));
    return findings;
  }

  /** {@code disabled} is the sysctl: 0 for all, 1 for a group only, 2 for nobody; since 6.6. */
  static Finding ioUring(String release, OptionalLong disabled, boolean filtered) {
    String kernel;
    if (!isAtLeast(release, 5, 1)) {
      kernel = "needs Linux 5.1";
    } else if (disabled.orElse(0) == 2) {
      kernel = "forbidden here (sysctl kernel.io_uring_disabled = 2)";
    } else if (disabled.orElse(0) == 1) {
      kernel = "for one group and root only (sysctl kernel.io_uring_disabled = 1)";
    } else if (filtered) {
      kernel = "the kernel has it; a seccomp filter, like a container's, may forbid it";
    } else {
      kernel = "the kernel allows it";
    }
    return Finding.note("io_uring", kernel + "; Loompoll has no back end for it yet");
  }

  static boolean isAtLeast(String release, int major, int minor) {
    Matcher m = RELEASE.matcher(release);
    if (!m.matches()) {
      return false;
    }
    int first = Integer.parseInt(m.group(1));
    return first > major || first == major && Integer.parseInt(m.group(2)) >= minor;
  }
}
