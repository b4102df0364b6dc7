package dev.loompoll.internal.poll.epoll;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.loompoll.internal.Workers;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.ThreadCalls;
import dev.loompoll.testing.Await;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** A signal ends a wait, as epoll_wait(2) says, and nobody notices. */
class EpollSignalTest {
  /** One whose default is to be ignored, so that it can harm nobody. */
  private static final Signal SIGNAL = new Signal("WINCH");

  private static final MethodHandle TGKILL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("tgkill"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT));

  private static void signal(int tid) {
    try {
      int pid = (int) ProcessHandle.current().pid();
      assertEquals(0, (int) TGKILL.invokeExact(pid, tid, SIGNAL.getNumber()));
    } catch (Throwable t) {
      throw new AssertionError(t);
    }
  }

  /** With epoll_wait, and with epoll_pwait2 where there is one. */
  @ParameterizedTest
  @ValueSource(longs = {-1, 3_600_000_000_000L})
  void endsTheWaitWithoutEvents(long timeout) throws Exception {
    EpollPoller poller = EpollPoller.open();
    SignalHandler before = Signal.handle(SIGNAL, s -> {}); // or it would be ignored, without EINTR
    try (Workers workers = new Workers()) {
      AtomicInteger tid = new AtomicInteger();
      FutureTask<Integer> wait =
          workers.call(
              () -> {
                tid.set(ThreadCalls.gettid(new ErrnoCell()));
                int n = poller.poll(timeout, poller.newBuffer());
                tid.set(0);
                return n;
              });
      Await.until(
          "the wait has ended",
          () -> {
            if (tid.get() != 0) {
              signal(tid.get()); // again: it may come too early, before the wait
            }
            return wait.isDone();
          });
      assertEquals(0, wait.get());
    } finally {
      Signal.handle(SIGNAL, before);
      poller.discard();
    }
  }
}
