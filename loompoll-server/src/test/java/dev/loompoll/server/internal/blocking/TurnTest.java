package dev.loompoll.server.internal.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Refused;
import java.util.concurrent.Exchanger;
import org.junit.jupiter.api.Test;

class TurnTest {
  /** Verdicts that come before, while and after its thread begins to wait for them. */
  @Test
  void everyVerdictArrivesOnce() throws Exception {
    Turn turn = new Turn();
    Exchanger<Boolean> next = new Exchanger<>();
    int rounds = 20_000;
    Thread gate =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < rounds; i++) {
                      if (next.exchange(true)) {
                        turn.admitted();
                      } else {
                        turn.shed(Refused.QUEUE_DELAY);
                      }
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    for (int i = 0; i < rounds; i++) {
      boolean admit = i % 3 != 0;
      var unused = turn.again();
      var unusedToo = next.exchange(admit);
      assertThat(turn.await()).isEqualTo(admit);
    }
    gate.join();
  }

  @Test
  void anInterruptIsKeptForLater() {
    Turn turn = new Turn();
    Thread me = Thread.currentThread();
    Thread gate =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  Fixture.until("it waits", () -> me.getState() == Thread.State.WAITING);
                  me.interrupt();
                  Fixture.until("it waits on", () -> !me.isInterrupted());
                  turn.admitted();
                });
    gate.start();
    assertThat(turn.await()).isTrue();
    assertThat(Thread.interrupted()).isTrue();
  }
}
