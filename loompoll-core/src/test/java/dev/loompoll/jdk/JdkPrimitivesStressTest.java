package dev.loompoll.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.Loompoll;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Everything that a thread of the JDK can wait in, and our connections, at once and at random, on
 * goroutines and platform threads: see {@link StressSteps}. Nobody may stay in one step for long
 * ({@link Progress}), and at the end all that was counted must be right and nothing left over.
 *
 * <p>{@code -Dloompoll.stress.seed=N} repeats every worker's decisions, though not the threads'
 * timing; {@code -Dloompoll.stress.seconds=N} sets how long the soak variant takes, and {@code
 * -Dloompoll.stress.stuck=N} after how many seconds without a step a worker counts as stuck.
 *
 * <p>The fallback run is the control: the same stress on the JDK's scheduler. What hangs there,
 * too, is the JDK's.
 */
class JdkPrimitivesStressTest {
  private static final int GOROUTINES = 60;
  private static final int PLATFORM_THREADS = 4;
  private static final int STUCK_SECONDS = 5;

  /** In the short run, on a machine that may be busy with others: a dropped SYN alone takes 7 s. */
  private static final int STUCK_SECONDS_ANYWHERE = 20;

  private final long seed = Long.getLong("loompoll.stress.seed", System.nanoTime());

  @Test
  void stress() throws Exception {
    stress(6, STUCK_SECONDS_ANYWHERE);
  }

  @Test
  @Tag("soak")
  @Timeout(value = 1, unit = TimeUnit.DAYS)
  void longStress() throws Exception {
    stress(Integer.getInteger("loompoll.stress.seconds", 600), STUCK_SECONDS);
  }

  private void stress(int seconds, int stuckSeconds) throws Exception {
    System.out.println("stress seed " + seed + " for " + seconds + " s");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    List<Progress> all = new ArrayList<>();
    try (StressWorld world = new StressWorld()) {
      for (int i = 0; i < GOROUTINES + PLATFORM_THREADS; i++) {
        Progress progress = new Progress((i < GOROUTINES ? "goroutine-" : "thread-") + i);
        StressSteps steps = new StressSteps(world, progress, i, generator(seed + i));
        progress.thread = start(i, progress.name, () -> progress.run(() -> steps.run(end)));
        world.add(progress.thread);
        all.add(progress);
      }
      int stuck = Integer.getInteger("loompoll.stress.stuck", stuckSeconds);
      Progress.watch(all, TimeUnit.SECONDS.toNanos(stuck), "stress seed " + seed);
      for (Progress progress : all) {
        assertNull(progress.failure, () -> progress + " failed; seed " + seed);
      }
      world.check();
      System.out.println("stress: " + world.summary());
    }
    assertTrue(all.stream().mapToLong(p -> p.steps).sum() > GOROUTINES, "no stress at all");
    assertEquals(GOROUTINES + PLATFORM_THREADS, all.size());
  }

  private static Thread start(int i, String name, Runnable task) {
    return i < GOROUTINES
        ? Loompoll.go(name, task::run)
        : Thread.ofPlatform().daemon().name(name).start(task);
  }

  private static RandomGenerator generator(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }
}
