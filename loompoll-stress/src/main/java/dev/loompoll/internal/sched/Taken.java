package dev.loompoll.internal.sched;

/** What one actor took out of a queue. */
final class Taken {
  /** What the tests queue; the number is not final, so that the queue has to publish it. */
  private static final class Task implements Runnable {
    int number;

    Task(int number) {
      this.number = number;
    }

    @Override
    public void run() {}
  }

  private final int[] numbers = new int[8];
  private int size;

  /** Pushes a task, if there is room: returns a set with its number, or nothing. */
  static int push(RunQueue queue, int number) {
    return queue.push(new Task(number)) ? 1 << number : 0;
  }

  /** An empty queue whose next position is anywhere in the ring, or in the next round. */
  static RunQueue queue(int capacity, int position) {
    RunQueue queue = new RunQueue(capacity);
    for (int i = 0; i < position; i++) {
      queue.push(new Task(0));
      queue.pop();
    }
    return queue;
  }

  void add(Runnable task) {
    if (task != null) {
      numbers[size++] = ((Task) task).number;
    }
  }

  void addAll(RunQueue queue) {
    for (Runnable task; (task = queue.pop()) != null; ) {
      add(task);
    }
  }

  /** Whether those of the numbers from {@code least} to {@code most} came in this order. */
  boolean inOrder(int least, int most) {
    int last = 0;
    for (int i = 0; i < size; i++) {
      if (numbers[i] >= least && numbers[i] <= most) {
        if (numbers[i] <= last) {
          return false;
        }
        last = numbers[i];
      }
    }
    return true;
  }

  /** Whether what was pushed was taken, once, and nothing else. */
  static boolean once(int pushed, Taken... all) {
    int left = pushed;
    for (Taken taken : all) {
      for (int i = 0; i < taken.size; i++) {
        int one = 1 << taken.numbers[i];
        if ((left & one) == 0) {
          return false;
        }
        left &= ~one;
      }
    }
    return left == 0;
  }
}
