package dev.loompoll.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who can take part; that each is a correct echo is in {@link EchoContract}. */
@Timeout(60)
class ContestantsTest {
  @Test
  void theHelpNamesAll() {
    StringWriter out = new StringWriter();

    Main.execute(new PrintWriter(out, true), new PrintWriter(out, true), "ping-pong", "--help");

    String words = out.toString().replaceAll("\\s+", " ");
    assertThat(words).contains(String.join(", ", Contestants.ALL.keySet()));
  }

  @Test
  void eachSaysHowItIsSetUp() {
    assertThat(Contestants.ALL.values())
        .allSatisfy(c -> assertThat(c.tuning()).as(c.name()).endsWith(".").hasSizeGreaterThan(30));
  }

  @Test
  void onlyThoseAskedForThatAreHere() {
    assertThat(Contestants.here(Contestants.LOOMPOLL, "nobody", Contestants.JDK))
        .containsExactly(Contestants.LOOMPOLL, Contestants.JDK);
    assertThat(Contestants.ALL.keySet()).containsAll(Contestants.here());
  }

  @Test
  void aPropertyIsPartOfTheTuning() {
    Contestant without = Contestants.find("loompoll+demotion=0");
    assertThat(without.tuning()).endsWith("With -Dloompoll.demotion=0.");
    assertThat(without.version()).isEqualTo(Versions.loompoll());
  }

  @Test
  void aFlagIsPartOfTheTuning() {
    Contestant with = Contestants.find("netty-epoll+XX:+UseCompactObjectHeaders");
    assertThat(with.tuning()).endsWith("With -XX:+UseCompactObjectHeaders.");
    assertThat(Contestants.find("loompoll@2+XX:Tier0BackedgeNotifyFreqLog=10").tuning())
        .endsWith("On 2 processors. With -XX:Tier0BackedgeNotifyFreqLog=10.");
    assertThat(Contestants.find("nobody+XX:+UseCompactObjectHeaders")).isNull();
  }

  /** As it is with a transport that this kernel or this processor does not have. */
  @Test
  void aTransportThatCannotStartSaysWhy() {
    Launch without = new Launch(1).withFlag("-Dio.netty.transport.noNative=true");
    for (String name : new String[] {Contestants.NETTY_EPOLL, Contestants.NETTY_URING}) {
      assertThatThrownBy(() -> Server.start(Contestants.find(name), without, -1))
          .isInstanceOf(CannotStartException.class)
          .hasMessageContaining("ended before it listened")
          .hasMessageContaining("noNative");
    }
  }
}
