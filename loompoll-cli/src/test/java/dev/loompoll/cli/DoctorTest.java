package dev.loompoll.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.cli.Finding.Mark;
import dev.loompoll.internal.jdk.JdkBug;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the doctor says of other machines than this one. */
class DoctorTest {

  @Test
  void namesTheBugsOfAJdkAndTheFixedUpdate() {
    Runtime.Version version = Runtime.Version.parse("25.0.2+10");
    List<Finding> findings = JdkCheck.run(version, "Vendor", "");

    assertThat(findings.getFirst()).isEqualTo(Finding.ok("JDK", "25.0.2+10, Vendor"));
    List<JdkBug> bugs = JdkBug.of(version, "");
    assertThat(bugs).isNotEmpty();
    assertThat(findings).hasSize(1 + bugs.size());
    for (int i = 0; i < bugs.size(); i++) {
      Finding f = findings.get(1 + i);
      String fixed = bugs.get(i).fixedIn().toString();
      assertThat(f.mark()).isEqualTo(Mark.WARN);
      assertThat(f.text()).startsWith(bugs.get(i).id() + ": ").contains("fixed in " + fixed);
      assertThat(f.advice()).contains("use JDK " + fixed + " or newer");
    }
  }

  @Test
  void anUpdateWithoutKnownBugsIsFine() {
    assertThat(JdkCheck.run(Runtime.Version.parse("25.0.4+7"), "Vendor", ""))
        .containsExactly(Finding.ok("JDK", "25.0.4+7, Vendor"));
  }

  @Test
  void warnsOfAnotherJdk() {
    List<Finding> findings = JdkCheck.run(Runtime.Version.parse("26.0.1"), "Vendor", "");

    assertThat(findings).singleElement().matches(f -> f.mark() == Mark.WARN);
  }

  @ParameterizedTest
  @CsvSource({
    "1048576, 1048576, OK, about 1048566 connections, ''",
    "unlimited, unlimited, OK, as many, ''",
    "1024, 1048576, WARN, about 1014 connections, ulimit -n 1048576",
    "1024, unlimited, WARN, about 1014 connections, ulimit -n unlimited",
    "1024, 1024, WARN, about 1014 connections, LimitNOFILE",
    "4, 4, WARN, about 0 connections, LimitNOFILE",
  })
  void saysHowManyConnectionsTheDescriptorsAllow(
      String soft, String hard, Mark mark, String text, String advice) {
    String limits =
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             63000                63000                processes
        Max open files            %-20s %-20s files
        Max locked memory         8388608              8388608              bytes
        """
            .formatted(soft, hard);
    Finding finding = LimitCheck.descriptors(limits, 10);

    assertThat(finding.mark()).isEqualTo(mark);
    assertThat(finding.text()).contains("soft " + soft, "hard " + hard, text);
    assertThat(finding.advice()).contains(advice);
  }

  @Test
  void aSmallBacklogIsAWarningAndAHiddenOneANote() {
    Finding small = LimitCheck.queue("backlog", "net.x", OptionalLong.of(128), "may wait");
    assertThat(small.mark()).isEqualTo(Mark.WARN);
    assertThat(small.text()).startsWith("128 connections may wait (net.x)");
    assertThat(small.advice()).contains("sysctl -w net.x=");

    Finding hidden = LimitCheck.queue("backlog", "net.x", OptionalLong.empty(), "may wait");
    assertThat(hidden.mark()).isEqualTo(Mark.NOTE);
  }

  @ParameterizedTest
  @CsvSource({
    "5.0.21, -1, false, needs Linux 5.1",
    "5.10.0-8-amd64, -1, false, the kernel allows it",
    "6.18.44, 0, false, the kernel allows it",
    "6.18.44, 0, true, seccomp",
    "6.18.44, 1, false, for one group and root only",
    "6.18.44, 2, true, forbidden here",
  })
  void saysWhetherIoUringIsAllowed(String kernel, long disabled, boolean filtered, String text) {
    OptionalLong sysctl = disabled < 0 ? OptionalLong.empty() : OptionalLong.of(disabled);
    Finding finding = PollerCheck.ioUring(kernel, sysctl, filtered);

    assertThat(finding.mark()).isEqualTo(Mark.NOTE);
    assertThat(finding.text()).contains(text, "no back end");
  }

  @Test
  void saysWhenLoopsStayInTheInterpreter() {
    assertThat(JvmCheck.interpreter(16)).matches(f -> f.mark() == Mark.OK);
    Finding slow = JvmCheck.interpreter(1024);
    assertThat(slow.mark()).isEqualTo(Mark.NOTE);
    assertThat(slow.text()).contains("1024 turns");
    assertThat(slow.advice()).contains("-XX:Tier0BackedgeNotifyFreqLog=4");
  }

  @Test
  void comparesKernelReleases() {
    assertThat(PollerCheck.isAtLeast("5.11.0-rc1", 5, 11)).isTrue();
    assertThat(PollerCheck.isAtLeast("6.1.0-18-amd64", 5, 11)).isTrue();
    assertThat(PollerCheck.isAtLeast("5.9", 5, 11)).isFalse();
    assertThat(PollerCheck.isAtLeast("4.18.0-553.el8", 5, 11)).isFalse();
    assertThat(PollerCheck.isAtLeast("strange", 5, 11)).isFalse();
  }

  @Test
  void countsProcessors() {
    assertThat(Proc.count("0")).isEqualTo(1);
    assertThat(Proc.count("0-3,8,10-11")).isEqualTo(7);
    assertThat(Proc.count("")).isZero();
    assertThat(LimitCheck.cpus(2, 2).mark()).isEqualTo(Mark.OK);
    assertThat(LimitCheck.cpus(2, 0).mark()).isEqualTo(Mark.OK);
    assertThat(LimitCheck.cpus(1, 2).mark()).isEqualTo(Mark.NOTE);
  }

  @Test
  void readsAllOfASysctl() {
    assertThat(Proc.read("/proc/sys/kernel/ostype")).isEqualTo("Linux"); // not "L"
    assertThat(Proc.number("/proc/sys/fs/nr_open").orElseThrow()).isGreaterThan(1000);
    assertThat(Proc.number("/proc/sys/none")).isEmpty();
  }
}
