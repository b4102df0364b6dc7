package dev.loompoll.server.internal.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop by itself, with eventfds as its sources. */
@Timeout(60)
class EventLoopTest {
  private static final long SWEEP = 1_000_000;

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private EventLoop loop;

  @BeforeEach
  void open() throws Exception {
    loop = new EventLoop("test-loop", SWEEP, System::nanoTime, () -> false, failures::add);
    loop.start();
  }

  @AfterEach
  void end() throws Exception {
    loop.end();
  }

  /** On the loop's thread, and what comes of it. */
  private <T> T onLoop(java.util.concurrent.Callable<T> step) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            result.complete(step.call());
          } catch (Throwable t) {
            result.completeExceptionally(t);
          }
        });
    return result.get();
  }

  /** An eventfd that notes what it is told. */
  private final class Counter extends Source {
    final int fd = FdCalls.eventfd(new ErrnoCell());
    final List<Integer> events = new ArrayList<>();
    final CountDownLatch readable = new CountDownLatch(1);
    int turns;
    int sweeps;
    boolean swept;
    Runnable whenSwept = () -> {};
    boolean abandoned;
    Runnable whenReadable = () -> {};
    Runnable inTurn = () -> {};

    void ring() {
      assertThat(FdCalls.eventfdWrite(fd, new ErrnoCell())).isEqualTo(8);
    }

    void close() {
      loop.forget(this);
      FdCalls.close(fd);
    }

    @Override
    void ready(int flags) {
      events.add(flags);
      if ((flags & EpollCalls.EPOLLIN) != 0) {
        whenReadable.run();
        readable.countDown();
      }
    }

    @Override
    public void run() {
      turns++;
      inTurn.run();
    }

    @Override
    boolean swept() {
      return swept;
    }

    @Override
    boolean sweep(long now) {
      sweeps++;
      whenSwept.run();
      return true;
    }

    @Override
    void abandon() {
      abandoned = true;
      close();
    }
  }

  @Test
  void tasksRunInOrderOnItsThread() throws Exception {
    List<Integer> ran = new ArrayList<>();
    List<Boolean> inLoop = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      int n = i;
      loop.execute(
          () -> {
            ran.add(n);
            inLoop.add(loop.inLoop());
          });
    }
    List<Integer> seen = onLoop(() -> List.copyOf(ran));
    assertThat(seen).hasSize(3_000).isSorted();
    assertThat(onLoop(() -> List.copyOf(inLoop))).containsOnly(true);
    assertThat(loop.inLoop()).isFalse();
  }

  /** Each waits for its task before it gives the next: the loop is about to block all the time. */
  @Test
  void noWakeUpIsLost() throws Exception {
    int wakers = 4;
    AtomicInteger ran = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int w = 0; w < wakers; w++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 5_000; i++) {
                      CompletableFuture<Void> done = new CompletableFuture<>();
                      loop.execute(() -> done.complete(null));
                      done.join();
                      ran.incrementAndGet();
                    }
                  }));
    }
    for (Thread t : threads) {
      t.join();
    }
    assertThat(ran).hasValue(wakers * 5_000);
  }

  @Test
  void aTaskThatThrowsIsToldAndTheLoopGoesOn() throws Exception {
    RuntimeException thrown = new RuntimeException("as asked");
    loop.execute(
        () -> {
          throw thrown;
        });
    assertThat(onLoop(() -> "still there")).isEqualTo("still there");
    assertThat(failures).containsExactly(thrown);
  }

  @Test
  void anEventIsToldOnce() throws Exception {
    Counter source = new Counter();
    assertThat(onLoop(() -> loop.watch(source.fd, source))).isZero();
    source.ring();
    source.readable.await();
    for (int i = 0; i < 10; i++) {
      onLoop(() -> null); // the loop polls between
    }
    long readable =
        onLoop(() -> source.events.stream().filter(e -> (e & EpollCalls.EPOLLIN) != 0).count());
    assertThat(readable).isEqualTo(1);
    onLoop(
        () -> {
          source.close();
          return null;
        });
  }

  /** The kernel gives the lowest number that is free, and other threads open and close files. */
  private Counter withNumber(int fd) {
    List<Counter> others = new ArrayList<>();
    for (; ; ) {
      Counter next = new Counter();
      if (next.fd == fd) {
        others.forEach(o -> FdCalls.close(o.fd));
        return next;
      }
      others.add(next);
      if (next.fd > fd) { // somebody has it at the moment
        others.forEach(o -> FdCalls.close(o.fd));
        others.clear();
      }
    }
  }

  /**
   * Two events in one batch; the first closes the other's descriptor and opens one that gets the
   * same number and the same slot.
   */
  @Test
  void aStaleEventDoesNotMeetTheNewOwner() throws Exception {
    Counter first = new Counter();
    Counter second = new Counter();
    List<Counter> opened = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    Runnable replaceOther =
        () -> {
          if (!opened.isEmpty()) {
            return;
          }
          Counter other =
              first.events.contains(EpollCalls.EPOLLIN | EpollCalls.EPOLLOUT) ? second : first;
          long oldToken = other.token;
          other.close();
          Counter next = withNumber(other.fd);
          opened.add(next);
          assertThat(loop.watch(next.fd, next)).isZero();
          assertThat((int) next.token).as("slot").isEqualTo((int) oldToken);
          loop.execute(done::countDown);
        };
    first.whenReadable = replaceOther;
    second.whenReadable = replaceOther;
    onLoop(
        () -> {
          first.ring(); // before they are watched, and while the loop is here: one batch has both
          second.ring();
          return loop.watch(first.fd, first) + loop.watch(second.fd, second);
        });
    done.await();
    Counter next = opened.getFirst();
    List<Integer> seen;
    do { // its first event is that it can be written to
      seen = onLoop(() -> List.copyOf(next.events));
    } while (seen.isEmpty());
    assertThat(seen).allMatch(e -> (e & EpollCalls.EPOLLIN) == 0);
    long told = onLoop(() -> (long) first.events.size() + second.events.size());
    assertThat(told).isEqualTo(1);
    onLoop(
        () -> {
          next.close();
          (first.token == Source.NONE ? second : first).close();
          return null;
        });
    assertThat(failures).isEmpty();
  }

  @Test
  void whoAsksForAnotherTurnGetsOne() throws Exception {
    Counter source = new Counter();
    CompletableFuture<Integer> turns = new CompletableFuture<>();
    Counter behind = new Counter();
    behind.inTurn = () -> turns.complete(source.turns);
    onLoop(
        () -> {
          loop.again(source);
          loop.again(source);
          loop.again(behind); // its turn comes when the other has had all of its own
          return null;
        });
    assertThat(turns.get()).isEqualTo(1);
    FdCalls.close(behind.fd);
    FdCalls.close(source.fd);
  }

  @Test
  void anAlarmRingsNotBeforeItsTime() throws Exception {
    CompletableFuture<Long> rang = new CompletableFuture<>();
    Source source =
        new Source() {
          @Override
          void ready(int events) {}

          @Override
          public void run() {
            rang.complete(System.nanoTime());
          }

          @Override
          void abandon() {}
        };
    long at = System.nanoTime() + 20_000_000;
    onLoop(
        () -> {
          loop.alarm(source, at - 19_000_000);
          loop.alarm(source, at); // moves it
          return null;
        });
    assertThat(rang.get() - at).isNotNegative();
  }

  @Test
  void onlyWhoWantsItIsSwept() throws Exception {
    Counter wants = new Counter();
    wants.swept = true;
    Counter does = new Counter();
    onLoop(() -> loop.watch(wants.fd, wants) + loop.watch(does.fd, does));
    while (onLoop(() -> wants.sweeps) < 3) {
      Thread.onSpinWait();
    }
    assertThat(onLoop(() -> does.sweeps)).isZero();
  }

  /** All are late in every sweep, so after some of them there are events again. */
  @Test
  void aSweepOfManyLetsEventsIn() throws Exception {
    List<Counter> all = new ArrayList<>();
    AtomicInteger sweptBefore = new AtomicInteger(-1);
    Counter eager = new Counter();
    onLoop(() -> loop.watch(eager.fd, eager));
    int sum =
        onLoop(
            () -> {
              int errors = 0;
              for (int i = 0; i < 100; i++) {
                Counter late = new Counter();
                late.swept = true;
                late.whenSwept = () -> sweptBefore.incrementAndGet();
                all.add(late);
                errors += loop.watch(late.fd, late);
              }
              all.getFirst().whenSwept =
                  () -> {
                    if (all.getFirst().sweeps == 1) {
                      sweptBefore.set(0);
                      eager.ring();
                    }
                  };
              eager.whenReadable =
                  () -> eager.events.add(sweptBefore.get()); // beside the flags: it is told once
              return errors;
            });
    assertThat(sum).isZero();
    eager.readable.await();
    int others = onLoop(() -> eager.events.getLast());
    assertThat(others).isLessThan(99);
    while (onLoop(() -> all.stream().mapToInt(c -> c.sweeps).min().orElseThrow()) < 2) {
      Thread.onSpinWait(); // and none is left out
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void whoDepartsDoesSoInOrderAndNotBeforeItsTime() throws Exception {
    Queue<Integer> departed = new ConcurrentLinkedQueue<>();
    CompletableFuture<Void> all = new CompletableFuture<>();
    long begin = System.nanoTime();
    onLoop(
        () -> {
          for (int i = 0; i < 50; i++) {
            int n = i;
            loop.depart(
                new Source() {
                  @Override
                  void ready(int events) {}

                  @Override
                  public void run() {}

                  @Override
                  void departs(long now) {
                    if (System.nanoTime() - begin >= n * 200_000L) {
                      departed.add(n);
                    }
                    if (n == 49) {
                      all.complete(null);
                    }
                  }

                  @Override
                  void abandon() {}
                },
                begin + n * 200_000L);
          }
          return null;
        });
    all.get();
    assertThat(List.copyOf(departed)).hasSize(50).isSorted();
  }

  @Test
  void itsEndRunsWhatIsQueuedAndAbandonsWhatIsLeft() throws Exception {
    Counter source = new Counter();
    onLoop(() -> loop.watch(source.fd, source));
    CountDownLatch go = new CountDownLatch(1);
    List<String> ran = new ArrayList<>();
    loop.execute(
        () -> {
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    loop.execute(() -> ran.add("queued"));
    Thread ender =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    loop.end();
                  } catch (InterruptedException e) {
                    failures.add(e);
                  }
                });
    go.countDown();
    ender.join();
    assertThat(ran).containsExactly("queued");
    assertThat(source.abandoned).isTrue();
    loop.execute(() -> ran.add("late"));
    assertThat(ran).containsExactly("queued");
    assertThat(failures).isEmpty();
  }
}
