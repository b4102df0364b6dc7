package dev.loompoll.internal.poll.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A wake-up reaches the owner, whoever else polls. */
@Timeout(60)
class EpollWakeTest {
  private static final int TIMES = 20_000;

  private volatile int asked;
  private volatile int answered;

  @Test
  void aVisitorDoesNotSwallowIt() throws Exception {
    EpollPoller poller = EpollPoller.open();
    FutureTask<Integer> owner =
        new FutureTask<>(
            () -> {
              var buffer = poller.newBuffer();
              int polls = 0;
              while (answered < TIMES) {
                int n = asked;
                if (n > answered) {
                  answered = n;
                } else {
                  assertEquals(0, poller.poll(-1, buffer));
                  polls++;
                }
              }
              return polls;
            });
    Thread.ofPlatform().daemon().start(owner);
    var buffer = poller.newBuffer();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15); // where the two share a CPU
    for (int i = 1; i <= TIMES; i++) {
      i = System.nanoTime() - end < 0 ? i : TIMES;
      asked = i;
      poller.wake();
      while (answered < i) {
        assertEquals(0, poller.poll(0, buffer));
      }
    }
    owner.get();
    poller.discard();
  }

  @Test
  void itIsKeptForTheNextBlockingPoll() throws Exception {
    EpollPoller poller = EpollPoller.open();
    var buffer = poller.newBuffer();
    poller.wake();
    poller.wake();
    assertEquals(0, poller.poll(0, buffer)); // takes the bell's event, not the wake-up
    assertEquals(0, poller.poll(-1, buffer));
    poller.discard();
  }
}
