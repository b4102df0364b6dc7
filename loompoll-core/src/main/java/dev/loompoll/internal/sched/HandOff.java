package dev.loompoll.internal.sched;

import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.ThreadCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Takes a P from an M whose task does not end, and gives it to another M, so that what waits behind
 * the task goes on. Sysmon's: all of it runs on that one thread.
 *
 * <p>It acts when one task has run for {@link #SLICE} and something waits: in the P's queue, in the
 * global one, or in the P's network, which it polls to know. If the old M's thread has used that
 * time up by its own CPU clock, it is a hog, and demoted: the kernel then lets the others go first
 * and the hog have the rest. A thread that blocks, or waits for a CPU, or for a garbage collection,
 * keeps its priority, but is watched from then on.
 *
 * <p>A demoted M ends with its task, for to raise its priority again takes a privilege.
 *
 * <p>Overload by CPU work must not become a crowd of threads: when {@link #BURNING_A_P} Ms for each
 * P burn CPU without a P, each further hog must have had twice the time of the one before, so that
 * tasks which do end come to their end on the P. The time halves again, second by second, while
 * there is room.
 */
public final class HandOff {
  /**
   * What a user may set.
   *
   * @param maxMachines how many Ms there may be, not fewer than Ps
   * @param demotion what is added to a hog's nice value, 0 to 19; 0 demotes none
   */
  public record Limits(int maxMachines, int demotion) {
    public static final Limits DEFAULT = new Limits(256, 10);

    /** An owner word has room for so many. */
    public static final int MOST_MACHINES = 0xfffe;

    public static final int LARGEST_DEMOTION = 19;
  }

  /** How long a task may run while others wait, in nanoseconds. Go's figure. */
  private static final long SLICE = 10_000_000;

  private static final long LONGEST_SLICE = 640_000_000;
  private static final long SHRINK_AFTER = 1_000_000_000;

  /** So much CPU time in a task makes a hog. */
  private static final long HOG = 8_000_000;

  /** A task may become one of those after this time. */
  private static final long SAMPLE_AFTER = 500_000;

  private static final long BETWEEN_CHECKS = 1_000_000;

  /** So long after a pause all threads have got on. */
  private static final long AFTER_PAUSE = 2_000_000;

  private static final int BURNING_A_P = 4;
  private static final long UNKNOWN = -1;

  private final Scheduler scheduler;
  private final Limits limits;
  private final int maxBurning;
  private final ErrnoCell errno = new ErrnoCell();

  // For each P: its word, since when, and its M's CPU clock at a look soon after.
  private final long[] task;
  private final long[] since;
  private final long[] cpu;
  private final long[] nextCheck;
  private boolean inLongTask;

  /** The time from which on a thread that sleeps is one that blocks. */
  private long blockedFrom;

  /** Ms in a task whose P was handed on. */
  private final List<Adrift> adrift = new ArrayList<>();

  private int burning;
  private long allowed = SLICE;
  private long shrinkAt;
  private boolean toldBound;

  // Written by sysmon only; read by anyone.
  private volatile long demotions;

  private static final class Adrift {
    final Machine m;
    final int tours;

    /** Its CPU clock, and when it showed that. */
    long cpu;

    long since;
    long lookedAt;
    boolean burns;

    Adrift(Machine m, long now, long cpu) {
      this.m = m;
      this.tours = m.tours;
      this.since = now;
      this.lookedAt = now;
      this.cpu = cpu;
    }

    boolean isOver() {
      return m.isSpare || m.tours != tours;
    }
  }

  HandOff(Scheduler scheduler, Limits limits) {
    int procs = scheduler.procs();
    this.scheduler = scheduler;
    this.limits = limits;
    this.maxBurning = BURNING_A_P * procs;
    this.task = new long[procs];
    this.since = new long[procs];
    this.cpu = new long[procs];
    this.nextCheck = new long[procs];
  }

  long demotions() {
    return demotions;
  }

  /**
   * Sysmon itself was held up, so everybody may have been, by a garbage collection: who sleeps now
   * may be about to go on. CPU clocks stood still meanwhile, and need no correction.
   */
  void overslept(long now) {
    blockedFrom = now + AFTER_PAUSE;
  }

  /**
   * Looks at a P.
   *
   * @param word its owner word a moment ago
   * @param poll polls its network from here, and says how many events there were
   * @return whether it was handed on
   */
  boolean look(Processor p, long word, boolean someIdle, long now, ToIntFunction<Processor> poll) {
    int i = p.id;
    Machine m = scheduler.machines().holder(word);
    if (word != task[i] || !Processor.isRunning(word) || m == null) {
      task[i] = word;
      since[i] = now;
      cpu[i] = UNKNOWN;
      return false;
    }
    if (cpu[i] == UNKNOWN) {
      if (now - since[i] >= SAMPLE_AFTER) {
        cpu[i] = ThreadCalls.cpuNanos(m.tid, errno);
        nextCheck[i] = since[i] + SLICE;
      }
      return false;
    }
    inLongTask = true;
    if (m.isDemoted()) { // just when it ended its task: it must not keep a P
      return handOver(p, word, m, false, ThreadCalls.cpuNanos(m.tid, errno), now);
    }
    if (now < nextCheck[i]) {
      return false;
    }
    nextCheck[i] = now + BETWEEN_CHECKS;
    boolean waits = p.hasWork() || scheduler.hasGlobal();
    if (waits ? someIdle : poll.applyAsInt(p) == 0) {
      return false; // nothing waits, or sysmon wakes the idle one for it
    }
    long used = ThreadCalls.cpuNanos(m.tid, errno);
    boolean hog = used - cpu[i] >= HOG;
    if (!hog && (now < blockedFrom || !isBlocked(m))) {
      return false; // it waits for a CPU itself: one M more would not get it sooner
    }
    boolean crowded = hog && burning >= maxBurning;
    if (hog && now - since[i] < (crowded ? 2 * allowed : allowed)) {
      return false;
    }
    boolean done = handOver(p, word, m, hog, used, now);
    if (done && crowded) {
      allowed = Math.min(2 * allowed, LONGEST_SLICE);
      shrinkAt = now + SHRINK_AFTER;
    }
    return done;
  }

  /** Whether a P was in a task of some length since this was asked last. */
  boolean sawLongTask() {
    boolean saw = inLongTask;
    inLongTask = false;
    return saw;
  }

  /**
   * Whether the M's thread sleeps in the kernel: the letter after the name in {@code stat}, see
   * proc_pid_stat(5). A CPU clock that stands still says only that it does not run.
   */
  private static boolean isBlocked(Machine m) {
    try {
      String stat = Files.readString(Path.of("/proc/self/task/" + m.tid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'R';
    } catch (IOException e) {
      return true; // no /proc, or no descriptor left to read it: then time alone decides
    }
  }

  private boolean handOver(Processor p, long word, Machine m, boolean hog, long used, long now) {
    Adrift a = new Adrift(m, now, used); // its tour is the one that ends here, if the CAS succeeds
    Machine next = scheduler.machines().take();
    if (next == null) {
      tellBound();
      return false;
    }
    if (!p.handOver(word, next.number)) {
      scheduler.machines().giveBack(next);
      return false;
    }
    next.give(p);
    scheduler.handOffs.increment();
    since[p.id] = now;
    cpu[p.id] = UNKNOWN;
    m.endShare();
    adrift.add(a);
    if (hog) {
      setBurning(a, true);
      demote(a);
    }
    return true;
  }

  /** Looks after the Ms that have lost their P. */
  void watch(long now) {
    for (Iterator<Adrift> it = adrift.iterator(); it.hasNext(); ) {
      Adrift a = it.next();
      if (a.isOver()) {
        setBurning(a, false);
        it.remove();
        continue;
      }
      a.m.endShare();
      if (now - a.lookedAt >= SLICE) {
        a.lookedAt = now;
        long used = ThreadCalls.cpuNanos(a.m.tid, errno);
        if (used - a.cpu >= HOG) {
          setBurning(a, true);
          demote(a);
          a.since = now;
          a.cpu = used;
        } else if (now - a.since >= SHRINK_AFTER) {
          setBurning(a, false); // it has blocked
          a.since = now;
          a.cpu = used;
        }
      }
    }
    if (allowed > SLICE && now > shrinkAt && burning < maxBurning) {
      allowed = allowed / 2;
      shrinkAt = now + SHRINK_AFTER;
    }
  }

  private void setBurning(Adrift a, boolean burns) {
    if (burns != a.burns) {
      a.burns = burns;
      burning += burns ? 1 : -1;
    }
  }

  /**
   * First the mark, then the priority: if the M ends its task just now and is given a P, it is seen
   * by its mark and loses that again.
   */
  private void demote(Adrift a) {
    if (limits.demotion() > 0 && !a.m.isDemoted()) {
      a.m.setDemoted();
      ThreadCalls.raiseNice(a.m.tid, limits.demotion(), errno);
      demotions++;
    }
  }

  private void tellBound() {
    if (!toldBound) {
      toldBound = true;
      System.getLogger("dev.loompoll")
          .log(
              System.Logger.Level.WARNING,
              "all {0} threads of the scheduler are held by goroutines that block or compute; what"
                  + " waits behind them waits until one is free (-Dloompoll.maxMachines)",
              scheduler.machines().count());
    }
  }
}
