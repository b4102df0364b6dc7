package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Oracles;
import dev.loompoll.testing.Pair;
import java.lang.management.ManagementFactory;
import java.util.function.ToLongFunction;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the process says of itself: {@link Loompoll#stats}, and the same through JMX. */
@ExtendWith(Oracles.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MXBeanTest {
  private static final int READERS = 10;

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

  private LoompollMXBean bean() throws Exception {
    Loompoll.registerMXBean();
    return JMX.newMXBeanProxy(server, new ObjectName(LoompollMXBean.NAME), LoompollMXBean.class);
  }

  /** The Ps' shares are read one after another: so only of what stands still. */
  private static void assertSum(
      Stats stats, long total, ToLongFunction<ProcessorStats> share, String what) {
    if (stats.procs() > 0) {
      assertEquals(total, stats.processors().stream().mapToLong(share).sum(), what);
    }
  }

  @Test
  void goroutinesThatWaitAreCounted() throws Exception {
    LoompollMXBean bean = bean();
    Group readers = new Group(Callers.GOROUTINES);
    Stats before = bean.getStats();
    Pair[] pairs = new Pair[READERS];
    for (int i = 0; i < READERS; i++) {
      Pair pair = pairs[i] = Pair.open();
      readers.goAndBlock(() -> pair.a().read(new byte[1]));
    }
    Stats waiting = bean.getStats();
    assertEquals(before.waiters() + READERS, waiting.waiters());
    assertEquals(before.connections() + 2 * READERS, waiting.connections());
    assertSum(waiting, waiting.waiters(), ProcessorStats::waiters, "waiters");
    assertSum(waiting, waiting.connections(), ProcessorStats::connections, "connections");
    for (Pair pair : pairs) {
      pair.b().write(new byte[1]);
    }
    readers.await();
    assertEquals(before.waiters(), bean.getStats().waiters());
    for (Pair pair : pairs) {
      pair.close();
    }
  }

  @Test
  void eachPHasItsShare() throws Exception {
    try (Pair pair = Pair.open()) {
      Group group = new Group(Callers.GOROUTINES);
      Stats before = Loompoll.stats();
      Stats after;
      do { // an event that sysmon finds counts for no P; but it does not find them all
        group.goAndBlock(() -> pair.a().read(new byte[1]));
        pair.b().write(new byte[1]);
        group.await();
        after = Loompoll.stats();
      } while (after.procs() > 0 && gained(before, after, ProcessorStats::events) == 0);
      Loompoll.Runtime runtime = bean().getRuntime();
      assertEquals(Loompoll.runtime(), runtime);
      assertEquals(runtime.procs(), after.processors().size());
      if (runtime.scheduler()) {
        for (int i = 0; i < runtime.procs(); i++) {
          assertEquals(i, after.processors().get(i).id());
        }
        assertTrue(gained(before, after, ProcessorStats::runs) > 0, after.toString());
        assertTrue(gained(before, after, ProcessorStats::polls) > 0, after.toString());
      }
    }
  }

  private static long gained(Stats before, Stats after, ToLongFunction<ProcessorStats> share) {
    return after.processors().stream().mapToLong(share).sum()
        - before.processors().stream().mapToLong(share).sum();
  }

  /** Goroutines that cannot run are in some queue. */
  @Test
  void whatWaitsForAProcessorIsCounted() throws Exception {
    Group group = new Group(Callers.GOROUTINES);
    int[] seen = new int[1];
    group.go(
        () -> {
          Group others = new Group(Callers.GOROUTINES);
          while (seen[0] == 0 && Loompoll.runtime().scheduler()) {
            for (int i = 0; i < 100; i++) {
              others.go(() -> {});
            }
            Stats s = Loompoll.stats();
            seen[0] =
                s.queued() + s.processors().stream().mapToInt(ProcessorStats::queueLength).sum();
          }
          others.await();
        });
    group.await();
    assertEquals(Loompoll.runtime().scheduler(), seen[0] > 0);
  }

  @Test
  void anyClientCanReadIt() throws Exception {
    Loompoll.registerMXBean();
    Loompoll.registerMXBean(); // again: nothing happens
    CompositeData stats =
        (CompositeData) server.getAttribute(new ObjectName(LoompollMXBean.NAME), "Stats");
    assertEquals(Loompoll.stats().procs(), stats.get("procs"));
    assertEquals(Loompoll.stats().machines() > 0, (int) stats.get("machines") > 0);
    CompositeData[] processors = (CompositeData[]) stats.get("processors");
    assertEquals(Loompoll.stats().procs(), processors.length);
    for (CompositeData p : processors) {
      assertTrue((long) p.get("runs") >= 0);
    }
  }
}
