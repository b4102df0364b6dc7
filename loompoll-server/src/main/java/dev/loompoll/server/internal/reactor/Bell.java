package dev.loompoll.server.internal.reactor;

import dev.loompoll.internal.sys.EpollCalls;
import dev.loompoll.internal.sys.Errno;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.FdCalls;
import java.util.concurrent.atomic.AtomicInteger;

/** Ends the wait of an {@link EventLoop}, by an eventfd in its epoll. */
final class Bell {
  // The eventfd is watched edge-triggered and never read.
  //
  //   state     moved by    to
  //   RUNNING   the loop    BLOCKED, before it looks for tasks for the last time and waits
  //   BLOCKED   a waker     RUNNING; the one who does it rings
  //             the loop    RUNNING, when its wait is over
  //   any       the loop    ENDED, for ever
  //
  // No wake-up is lost: a waker publishes its task, then looks at the state; the loop says BLOCKED,
  // then looks for tasks (all volatile). So if the loop did not see the task, the waker sees
  // BLOCKED, and rings while the loop waits or is about to; the event stays until a wait takes it.
  // At most one waker rings for each wait, none while the loop runs. A ring that comes late makes
  // one later wait end for nothing.
  //
  // Nobody writes to an eventfd that is closed, whose number may be another's by then: a waker
  // counts itself in `ringers` before it moves the state, and the loop, once the state is ENDED,
  // closes only when none is left.

  /** The eventfd's token. */
  static final long TOKEN = -1;

  private static final int RUNNING = 0;
  private static final int BLOCKED = 1;
  private static final int ENDED = 2;

  private final int eventfd;
  private final AtomicInteger state = new AtomicInteger(RUNNING);
  private final AtomicInteger ringers = new AtomicInteger();

  private Bell(int eventfd) {
    this.eventfd = eventfd;
  }

  /** In that epoll. */
  static Bell open(int epfd, ErrnoCell errno) throws SystemCallFailure {
    int eventfd = SystemCallFailure.check("eventfd", FdCalls.eventfd(errno));
    int rc = EpollCalls.add(epfd, eventfd, EpollCalls.EPOLLIN | EpollCalls.EPOLLET, TOKEN, errno);
    if (rc < 0) {
      FdCalls.close(eventfd);
    }
    SystemCallFailure.check("epoll_ctl", rc);
    return new Bell(eventfd);
  }

  /** Any thread, after it has published what it wakes the loop for. */
  void ring() {
    if (state.get() != BLOCKED) {
      return;
    }
    ErrnoCell own = new ErrnoCell(); // first: if there is no memory for it, nothing has changed
    ringers.incrementAndGet();
    if (state.compareAndSet(BLOCKED, RUNNING)) {
      while (FdCalls.eventfdWrite(eventfd, own) == -Errno.EINTR) {
        // again; EAGAIN, a full counter, takes centuries
      }
    }
    ringers.decrementAndGet();
  }

  /** The loop is going to wait, once it has looked for tasks again. */
  void beforeWait() {
    state.set(BLOCKED);
  }

  void afterWait() {
    state.set(RUNNING);
  }

  /** The loop waits no more. */
  void close() {
    state.set(ENDED);
    while (ringers.get() != 0) {
      Thread.onSpinWait(); // for one system call that does not block
    }
    FdCalls.close(eventfd);
  }
}
