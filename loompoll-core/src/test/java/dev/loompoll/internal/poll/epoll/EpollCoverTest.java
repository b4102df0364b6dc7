package dev.loompoll.internal.poll.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.sched.NetPoll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One epoll's wait ends when another has events. */
@Timeout(60)
class EpollCoverTest {
  private EpollPoller own;
  private EpollPoller other;

  @BeforeEach
  void open() throws Exception {
    own = EpollPoller.open();
    other = EpollPoller.open();
  }

  @AfterEach
  void discard() {
    own.discard();
    other.discard();
  }

  private static long watched(EpollPoller p) throws IOException {
    try (var lines = Files.lines(Path.of("/proc/self/fdinfo/" + p.epfd()))) {
      return lines.filter(line -> line.startsWith("tfd:")).count();
    }
  }

  @Test
  void endsForAnEventOfTheOther() {
    assertTrue(own.waitAlsoFor(other));
    other.wake(); // any event will do
    NetPoll.Buffer buffer = own.newBuffer();
    assertEquals(0, own.poll(-1, buffer), "it is not an event of its own");
    other.poll(-1, buffer); // still there
  }

  @Test
  void endsForAnEventThatWasThereBefore() {
    other.wake();
    assertTrue(own.waitAlsoFor(other));
    assertEquals(0, own.poll(-1, own.newBuffer()));
  }

  @Test
  void anEventThatAPollSawWithoutBlockingEndsTheNextWait() {
    assertTrue(own.waitAlsoFor(other));
    other.wake();
    NetPoll.Buffer buffer = own.newBuffer();
    assertEquals(0, own.poll(0, buffer)); // takes the edge
    assertEquals(0, own.poll(-1, buffer));
  }

  @Test
  void canBeEndedAndBegunAgain() throws Exception {
    assertEquals(1, watched(own), "the eventfd");
    assertTrue(own.waitAlsoFor(other));
    assertEquals(2, watched(own));
    own.waitNoLongerFor(other);
    assertEquals(1, watched(own));
    assertTrue(own.waitAlsoFor(other));
    other.wake();
    assertEquals(0, own.poll(-1, own.newBuffer()));
  }
}
