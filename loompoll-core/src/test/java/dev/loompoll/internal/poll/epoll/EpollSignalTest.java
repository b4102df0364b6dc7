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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
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
    CountDownLatch told = new CountDownLatch(1); // or the thread could end while it is signalled
    try (Workers workers = new Workers()) {
      CompletableFuture<Integer> tid = new CompletableFuture<>();
      CompletableFuture<Integer> events = new CompletableFuture<>();
      FutureTask<@Nullable Void> wait =
          workers.call(
              () -> {
                tid.complete(ThreadCalls.gettid(new ErrnoCell()));
                events.complete(poller.poll(timeout, poller.newBuffer()));
                told.await();
                return null;
              });
      int waiter = tid.get();
      Await.until(
          "the wait has ended",
          () -> {
            signal(waiter); // again: it may come too early, before the wait
            return events.isDone() || wait.isDone();
          });
      told.countDown();
      wait.get();
      assertEquals(0, events.get());
    } finally {
      Signal.handle(SIGNAL, before);
      poller.discard();
    }
  }
}
