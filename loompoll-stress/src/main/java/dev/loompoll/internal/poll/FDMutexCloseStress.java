package dev.loompoll.internal.poll;

import dev.loompoll.stress.Sleeper;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;

/**
 * FDMutex: exactly one thread is told to destroy a closed descriptor, none uses it then, and close
 * wakes who waits for a lock.
 */
@JCStressTest
@Outcome(id = "[0-4], 1, 0, 0", expect = Expect.ACCEPTABLE, desc = "destroyed once")
@Outcome(id = ".*, .*, 1, .*", expect = Expect.FORBIDDEN, desc = "used after its destruction")
@Outcome(id = ".*, .*, .*, 1", expect = Expect.FORBIDDEN, desc = "lost wake-up")
@Outcome(expect = Expect.FORBIDDEN, desc = "destroyed never or twice")
@State
public class FDMutexCloseStress {
  private static final int REFERENCE = 0;
  private static final int LOCKED_UNTIL_CLOSED = 2;
  private static final int LOCKED_BEFORE_CLOSED = 3;
  private static final int CLOSE_TOO = 4;

  private final Mutex mutex = new Mutex();
  private final int variant = ThreadLocalRandom.current().nextInt(5);
  private final boolean write = ThreadLocalRandom.current().nextBoolean();
  private final boolean held = variant == LOCKED_UNTIL_CLOSED || variant == LOCKED_BEFORE_CLOSED;
  private final AtomicInteger destroyed = new AtomicInteger();
  private final Sleeper sleeper = new Sleeper();
  private volatile int usedAfter;

  public FDMutexCloseStress() {
    if (held) {
      mutex.rwlock(write);
    }
  }

  private void destroyIf(boolean last) {
    if (last) {
      destroyed.incrementAndGet();
    }
  }

  private void use() {
    if (destroyed.get() != 0) {
      usedAfter = 1;
    }
  }

  private void close() {
    if (mutex.increfAndClose()) {
      use();
      destroyIf(mutex.decref());
    }
  }

  private int operate() {
    if (variant == CLOSE_TOO) {
      close();
    } else if (variant == REFERENCE) {
      if (mutex.incref()) {
        use();
        destroyIf(mutex.decref());
      }
    } else if (mutex.rwlock(write) == Result.OK) {
      use();
      destroyIf(mutex.rwunlock(write));
    }
    return 0;
  }

  @Actor
  public void operation() {
    sleeper.sleep(this::operate);
  }

  @Actor
  public void closer(IIII_Result r) {
    if (variant == LOCKED_BEFORE_CLOSED) {
      destroyIf(mutex.rwunlock(write));
    }
    close();
    if (variant == LOCKED_UNTIL_CLOSED) {
      use();
      destroyIf(mutex.rwunlock(write));
    }
    r.r4 = sleeper.overslept();
  }

  @Arbiter
  public void count(IIII_Result r) {
    r.r1 = variant;
    r.r2 = destroyed.get();
    r.r3 = usedAfter;
  }
}
