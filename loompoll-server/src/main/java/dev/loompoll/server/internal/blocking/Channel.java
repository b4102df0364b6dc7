package dev.loompoll.server.internal.blocking;

import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A bounded channel from one goroutine to another. It ends once, after its last item; who takes
 * goes on until then, though it may throw away what comes: so who puts never waits for ever. Waits
 * are not interruptible; the thread's flag is kept.
 */
final class Channel<T> {
  private static final Object END = new Object();

  private final ArrayBlockingQueue<Object> queue;

  /** END was taken. For who takes. */
  private boolean ended;

  Channel(int capacity) {
    queue = new ArrayBlockingQueue<>(capacity);
  }

  /** Waits while it is full. */
  void put(T item) {
    enqueue(item);
  }

  /** False if it is full. */
  boolean offer(T item) {
    return queue.offer(item);
  }

  /** Nothing is put after this. */
  void end() {
    enqueue(END);
  }

  private void enqueue(Object item) {
    boolean interrupted = false;
    for (; ; ) {
      try {
        queue.put(item);
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the flag is clear now
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next item; waits for it. Null at the end. */
  @Nullable T take() {
    if (ended) {
      return null;
    }
    boolean interrupted = false;
    Object item;
    for (; ; ) {
      try {
        item = queue.take();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return item(item);
  }

  /** The next item, or null if there is none now. */
  @Nullable T poll() {
    return ended ? null : item(queue.poll());
  }

  /** Takes until the end. */
  void discard() {
    while (!ended) {
      var unused = take();
    }
  }

  @SuppressWarnings("unchecked") // only a T or END is put
  private @Nullable T item(@Nullable Object item) {
    if (item == END) {
      ended = true;
      return null;
    }
    return (T) item;
  }
}
