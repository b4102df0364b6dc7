package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.bench.result.Spread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What other programs print, and what people type. */
class ParsingTest {
  @Test
  void strace() {
    assertThat(
            Strace.parse(
                """
                syscall                   calls
                ---------------- ---------
                recvfrom              10500
                epoll_ctl               100
                ---------------- ---------
                total                 10600
                """
                    .lines()
                    .toList()))
        .isEqualTo(Map.of("recvfrom", 10500L, "epoll_ctl", 100L));
  }

  @Test
  void perf() {
    String text =
        "123456,,instructions:u,1000,100.00,,\n<not supported>,,instructions:k,0,100.00,,\n";
    assertThat(Perf.count(text, "instructions:u")).isEqualTo(123456);
    assertThat(Perf.count(text, "instructions:k")).isEqualTo(-1);
    assertThat(Perf.count("perf: no such thing", "instructions:u")).isEqualTo(-1);
  }

  @Test
  void wrk() throws IOException {
    String text =
        """
        Running 2s test @ http://127.0.0.1:1234/
          1 threads and 100 connections
          Thread Stats   Avg      Stdev     Max   +/- Stdev
            Latency   690.16us  104.66us   2.71ms   86.12%
          Latency Distribution
             50%  666.00us
             75%  709.00us
             90%    0.90ms
             99%    1.50ms
          287654 requests in 2.00s, 20.85MB read
        Requests/sec: 143656.78
        Transfer/sec:     10.41MB
        """;
    assertThat(ValidateCommand.parse(text))
        .isEqualTo(new ValidateCommand.Said(143656.78, 666, 1500));
    assertThatThrownBy(() -> ValidateCommand.parse(text + "  Socket errors: read 3"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void proc() throws IOException {
    long self = ProcessHandle.current().pid();
    assertThat(ProcFs.cpu(self).both()).isPositive();
    assertThat(ProcFs.status(self, "VmRSS")).isGreaterThan(10_000);
    assertThat(ProcFs.machine().busyNanos()).isGreaterThan(ProcFs.cpu(self).user());
  }

  @Test
  void durations() {
    Durations d = new Durations();
    assertThat(d.convert("250ms")).isEqualTo(Duration.ofMillis(250));
    assertThat(d.convert("1s")).isEqualTo(Duration.ofSeconds(1));
    assertThat(d.convert("2m")).isEqualTo(Duration.ofMinutes(2));
    assertThatThrownBy(() -> d.convert("1h"))
        .isInstanceOf(CommandLine.TypeConversionException.class);
  }

  @Test
  void spread() {
    assertThat(Spread.of(List.of(3.0, 1.0, 2.0), x -> x)).isEqualTo(new Spread(2, 1, 3));
    assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0), x -> x).median()).isEqualTo(2.5);
  }

  @Test
  void contestantsWithProcs() {
    assertThat(Contestants.find("loompoll@4")).isNotNull();
    assertThat(Contestants.find("loompoll@0")).isNull();
    assertThat(Contestants.find("nobody@4")).isNull();
  }

  @Test
  void json() {
    assertThat(Json.of(Map.of("a", List.of(1, 2.5, true, "q\"\n"))))
        .isEqualTo("{\n  \"a\": [\n    1,\n    2.50000,\n    true,\n    \"q\\\"\\n\"\n  ]\n}\n");
  }
}
