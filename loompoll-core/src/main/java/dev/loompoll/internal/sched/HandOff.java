package dev.loompoll.internal.sched;

import dev.loompoll.internal.jfr.Jfr;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.ThreadCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToIntFunction;

/**
 * Takes a P from an M whose task does not end, and gives it to another M, so that what waits behind
 * the task goes on. Sysmon's: all of it runs on that one thread.
 *
 * <p>A task that reads or writes now and then gives way by itself, if sysmon looks in time: after
 * half of {@link #SLICE} its share of the network is declared spent, so it yields at its next
 * operation. That costs a yield, not a thread.
 *
 * <p>It acts when one task has run for {@link #SLICE} and something waits: in the P's queue, in the
 * global one, or in the P's network, which it polls to know. Then it matters what the M's thread
 * does. If it has used {@link #HOG} by its own CPU clock, it is a hog, and demoted: the kernel then
 * lets the others go first and the hog have the rest. If it sleeps in the kernel, it keeps its
 * priority, but is watched from then on. If it is ready to run and has no CPU, it keeps the P: one
 * M more would not get it sooner.
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

  /** After so much of it a task is to give way at its next operation, if it has one. */
  private static final long SHARE = SLICE / 2;

  private static final long LONGEST_SLICE = 640_000_000;
  private static final long SHRINK_AFTER = 1_000_000_000;

  /** So much CPU time in a {@link #WINDOW} makes a hog. */
  private static final long HOG = 8_000_000;

  /** A task that is worth more looks: many short ones in a row, each seen twice, are not. */
  private static final long LONG = 2_000_000;

  /** A task may become one of those after this time. */
  private static final long SAMPLE_AFTER = 500_000;

  private static final long BETWEEN_CHECKS = 1_000_000;

  /** So often a P's CPU clock is read although its task may be a short one. */
  private static final long BETWEEN_GUESSES = 5_000_000;

  /** After so much CPU time in one task a P computes, and probably for some time more. */
  private static final long COMPUTES = 1_000_000;

  private static final long COMPUTES_FOR = 20_000_000;

  /** So long after a pause all threads have got on. */
  private static final long AFTER_PAUSE = 2_000_000;

  /** Less than that in this time is a thread that blocks, and computes now and then. */
  private static final long WINDOW = 100_000_000;

  private static final long AFTER_REFUSAL = 100_000_000;

  private static final int BURNING_A_P = 4;
  private static final long UNKNOWN = -1;

  private final Scheduler scheduler;
  private final int maxBurning;
  private final ErrnoCell errno = new ErrnoCell();

  // For each P: its word, since when, and its M's CPU clock at a look soon after.
  private final long[] task;
  private final long[] since;
  private final long[] cpu;
  private final long[] cpuAt;
  private final long[] nextCheck;
  private boolean inLongTask;

  /** The time from which on a thread that sleeps is one that blocks. */
  private long blockedFrom;

  /** Ms in a task whose P was handed on. */
  private final ArrayList<Adrift> adrift = new ArrayList<>();

  /** Those that have not come here yet. */
  private final Queue<Adrift> adopted = new ConcurrentLinkedQueue<>();

  /** What is added to a hog's nice value; 0 also where the system does not allow it. */
  private int demotion;

  private int burning;
  private long allowed = SLICE;
  private long shrinkAt;
  private boolean toldBound;

  // Written by sysmon only; read by anyone.
  private volatile long demotions;

  /** An M in a task whose P was handed on. */
  static final class Adrift {
    final Machine m;
    final long tour;

    /** Its CPU clock when a window began, and when that was. */
    private long cpu = UNKNOWN;

    private long since;
    private long lookedAt;
    private long burntAt;
    private boolean burns;

    Adrift(Machine m, long now) {
      this.m = m;
      this.tour = m.tour();
      this.since = now;
      this.lookedAt = now;
    }
  }

  HandOff(Scheduler scheduler, Limits limits) {
    int procs = scheduler.procs();
    this.scheduler = scheduler;
    this.demotion = limits.demotion();
    this.maxBurning = BURNING_A_P * procs;
    this.task = new long[procs];
    this.since = new long[procs];
    this.cpu = new long[procs];
    this.cpuAt = new long[procs];
    this.nextCheck = new long[procs];
    Arrays.fill(cpu, UNKNOWN);
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
      if (m != null && Processor.isRunning(word) && now - cpuAt[i] >= BETWEEN_GUESSES) {
        sample(i, m, now); // in case the next look comes late
      }
      return false;
    }
    inLongTask |= now - since[i] >= LONG;
    if (cpu[i] == UNKNOWN) {
      if (now - since[i] >= SAMPLE_AFTER) {
        sample(i, m, now);
      }
      return false;
    }
    if (now < nextCheck[i]) {
      return false;
    }
    nextCheck[i] = now + BETWEEN_CHECKS;
    long used = ThreadCalls.cpuNanos(m.tid, errno) - cpu[i];
    if (used >= COMPUTES) {
      p.computes(word, now, now + COMPUTES_FOR);
    }
    if (now - since[i] >= SHARE) {
      m.endShare();
    }
    if (now - since[i] < SLICE) {
      return false;
    }
    boolean waits = p.hasWork() || scheduler.hasGlobal();
    // What waits is for an idle P, which sysmon wakes. But events that go on coming are better
    // waited for by an M of this P's own than by sysmon.
    if (waits ? someIdle : poll.applyAsInt(p) == 0) {
      return false;
    }
    boolean hog = used >= HOG;
    if (!hog && now - cpuAt[i] > WINDOW) {
      sample(i, m, now);
    }
    if (!hog && (now < blockedFrom || !isBlocked(m))) {
      return false; // it waits for a CPU
    }
    boolean crowded = hog && burning >= maxBurning;
    if (hog && now - since[i] < (crowded ? 2 * allowed : allowed)) {
      return false;
    }
    boolean done = handOver(p, word, m, hog, now);
    if (done && crowded) {
      allowed = Math.min(2 * allowed, LONGEST_SLICE);
      shrinkAt = now + SHRINK_AFTER;
    }
    return done;
  }

  private void sample(int i, Machine m, long now) {
    cpu[i] = ThreadCalls.cpuNanos(m.tid, errno);
    cpuAt[i] = now;
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

  private boolean handOver(Processor p, long word, Machine m, boolean hog, long now) {
    Adrift a = new Adrift(m, now); // its tour is the one in which it loses the P, if the CAS wins
    adrift.ensureCapacity(adrift.size() + 1); // if there is no memory for it, nothing has changed
    Machine next = scheduler.machines().take();
    if (next == null) {
      nextCheck[p.id] = now + AFTER_REFUSAL;
      tellOnce();
      return false;
    }
    if (!p.handOver(word, next.number)) {
      scheduler.machines().giveBack(next);
      return false;
    }
    adrift.add(a);
    next.give(p);
    m.endShare();
    scheduler.handOffs.increment();
    if (hog) {
      setBurning(a, true);
      a.burntAt = now;
      demote(a);
    }
    Jfr.handOff(p.id, m, next, hog ? "computes" : "blocks", now - since[p.id]);
    return true;
  }

  /** There are no Ms to be had, or new goroutines wait for that. */
  void tellOnce() {
    toldBound = toldBound || Holders.tell(scheduler);
  }

  /** An M has given its P away by itself. Any M. */
  void adopt(Adrift a) {
    adopted.add(a);
  }

  /** Looks after the Ms that have lost their P. */
  void watch(long now) {
    for (Adrift a; (a = adopted.poll()) != null; ) {
      adrift.add(a);
    }
    for (Iterator<Adrift> it = adrift.iterator(); it.hasNext(); ) {
      Adrift a = it.next();
      if (a.m.isOver(a.tour)) {
        setBurning(a, false);
        it.remove();
        continue;
      }
      a.m.endShare();
      if (now - a.lookedAt >= SLICE) {
        a.lookedAt = now;
        look(a, now);
      }
    }
    if (allowed > SLICE && now > shrinkAt && burning < maxBurning) {
      allowed = allowed / 2;
      shrinkAt = now + SHRINK_AFTER;
    }
  }

  private void look(Adrift a, long now) {
    long used = ThreadCalls.cpuNanos(a.m.tid, errno);
    boolean hog = a.cpu != UNKNOWN && used - a.cpu >= HOG;
    if (hog) {
      setBurning(a, true);
      a.burntAt = now;
      demote(a);
    } else if (a.burns && now - a.burntAt >= SHRINK_AFTER) {
      setBurning(a, false); // it has blocked
    }
    if (hog || a.cpu == UNKNOWN || now - a.since >= WINDOW) {
      a.since = now;
      a.cpu = used;
    }
  }

  private void setBurning(Adrift a, boolean burns) {
    if (burns != a.burns) {
      a.burns = burns;
      burning += burns ? 1 : -1;
    }
  }

  /** First the mark: an M that has just ended its tour keeps its priority. */
  private void demote(Adrift a) {
    if (demotion > 0 && a.m.demote(a.tour)) {
      int r = ThreadCalls.raiseNice(a.m.tid, demotion, errno);
      if (r == -Errno.EPERM || r == -Errno.EACCES) {
        demotion = 0; // that will not change
      } else if (r >= 0) { // else the thread has just ended
        demotions++;
      }
    }
  }
}
