package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which P waits for whose network. */
class CoverTest {
  private final Set<String> waits = new TreeSet<>();
  private boolean refuse;

  private final class Net implements NetPoll {
    private final int number;

    Net(int number) {
      this.number = number;
    }

    @Override
    public Buffer newBuffer() {
      return new Buffer() {};
    }

    @Override
    public int poll(long timeoutNanos, Buffer buffer) {
      return 0;
    }

    @Override
    public void wake() {}

    private String pair(NetPoll other) {
      return number + " for " + ((Net) other).number;
    }

    @Override
    public boolean waitAlsoFor(NetPoll other) {
      return !refuse && waits.add(pair(other));
    }

    @Override
    public void waitNoLongerFor(NetPoll other) {
      waits.remove(pair(other));
    }
  }

  private final List<Net> nets = new ArrayList<>();
  private final Scheduler scheduler =
      new Scheduler(
          4,
          () -> {
            nets.add(new Net(nets.size()));
            return nets.getLast();
          },
          () -> 0,
          null);
  private final Processor[] ps = scheduler.processors();
  private final Cover cover = new Cover(scheduler);

  private void computes(int p, long until) {
    for (int task = 1; task <= 3; task++) {
      ps[p].computes(task, 0, until);
    }
  }

  private void seek(long now) {
    for (Processor p : ps) {
      cover.seek(p, now);
    }
  }

  @Test
  void anIdleOneForOneThatComputes() {
    computes(0, 100);
    seek(10);
    assertEquals(Set.of(), waits, "nobody idles");
    scheduler.idle.add(2);
    seek(20);
    assertEquals(Set.of("2 for 0"), waits);
    assertSame(ps[0], ps[2].covers);
    seek(30);
    cover.review(99);
    assertEquals(Set.of("2 for 0"), waits, "no second one");
    cover.review(100);
    assertEquals(Set.of(), waits, "it computes no more");
    assertNull(ps[2].covers);
  }

  @Test
  void notForOneLongTask() {
    scheduler.idle.add(1);
    ps[0].computes(1, 0, 100);
    ps[0].computes(1, 10, 110);
    ps[0].computes(2, 20, 120);
    seek(20);
    assertEquals(Set.of(), waits);
    ps[0].computes(3, 30, 130);
    seek(30);
    assertEquals(Set.of("1 for 0"), waits);
  }

  @Test
  void eachCoversOne() {
    computes(0, 100);
    computes(1, 100);
    scheduler.idle.add(2);
    seek(10);
    assertEquals(Set.of("2 for 0"), waits);
    scheduler.idle.add(3);
    seek(20);
    assertEquals(Set.of("2 for 0", "3 for 1"), waits);
  }

  @Test
  void noneThatComputesItself() {
    computes(0, 100);
    scheduler.idle.add(1);
    seek(10);
    assertEquals(Set.of("1 for 0"), waits);
    scheduler.idle.remove(1);
    scheduler.idle.add(2);
    computes(1, 100);
    seek(20);
    assertEquals(Set.of("1 for 0"), waits, "no circle, and no second one");
    cover.review(30);
    assertEquals(Set.of(), waits);
    seek(40);
    assertEquals(Set.of("2 for 0"), waits);
  }

  @Test
  void aRefusalChangesNothing() {
    refuse = true;
    computes(0, 100);
    scheduler.idle.add(1);
    seek(10);
    assertNull(ps[1].covers);
    refuse = false;
    seek(20);
    assertEquals(Set.of("1 for 0"), waits);
  }
}
