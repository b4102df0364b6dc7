package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A timer that is moved to an earlier time while it is still in the inbox. */
@Timeout(60)
class PollLoopRearmTest {
  private static final class Timer extends Timers.Entry {
    @Override
    protected long fire(long now) {
      return Timers.NEVER;
    }
  }

  @Test
  void oneStillInTheInboxArmedEarlierWakesTheOwner() {
    List<String> calls = new ArrayList<>();
    Timer t = new Timer();
    PollLoop[] loop = new PollLoop[1];
    NetPoll net =
        new NetPoll() {
          @Override
          public Buffer newBuffer() {
            return new Buffer() {};
          }

          @Override
          public int poll(long timeout, Buffer buffer) {
            calls.add("poll " + timeout);
            if (timeout != 0) { // the owner waits now, until 5000
              loop[0].arm(t, 7000); // later: stays in the inbox, nobody is woken
              calls.add("armed later");
              loop[0].arm(t, 2000); // earlier than the wait
            }
            return 0;
          }

          @Override
          public void wake() {
            calls.add("wake");
          }
        };
    loop[0] = new PollLoop(net, () -> 1000);
    loop[0].arm(new Timer(), 5000);
    loop[0].pollBlocking(net.newBuffer());
    assertEquals(List.of("poll 4000", "armed later", "wake"), calls);
  }
}
