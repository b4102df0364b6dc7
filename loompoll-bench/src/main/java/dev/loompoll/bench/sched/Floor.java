package dev.loompoll.bench.sched;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * What every server that is a virtual thread per connection pays for each message, whoever made its
 * scheduler: a virtual thread parks, is unparked and runs again. Here on a {@link BareExecutor}.
 * Answers each {@code run MILLIS} on stdin by {@code {"units":N}}, as the load generator does, so
 * that it can be counted by the same script.
 */
public final class Floor {
  private static final int THREADS = 100;

  /** Written by the measuring thread before it ends. */
  private static int exit;

  private final BareExecutor executor = new BareExecutor();

  private Floor() {}

  public static void main(String[] args) throws InterruptedException {
    Thread.ofPlatform().name("floor").start(Floor::run).join(); // by that name it is counted
    Runtime.getRuntime().halt(exit); // the goroutines park for ever
  }

  private static void run() {
    int status = 1;
    try {
      new Floor().answer();
      status = 0;
    } catch (Throwable t) {
      throw new IllegalStateException("the floor cannot be measured", t);
    } finally {
      exit = status;
    }
  }

  private void answer() throws IOException {
    Thread[] threads = new Thread[THREADS];
    for (int i = 0; i < THREADS; i++) {
      Runnable parks =
          () -> {
            for (; ; ) {
              LockSupport.park();
            }
          };
      threads[i] = executor.thread("v" + i, parks);
      threads[i].start();
    }
    executor.runAll();
    System.out.println("listening on nothing:0");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      long end = System.nanoTime() + Long.parseLong(line.split(" ")[1]) * 1_000_000;
      long turns = 0;
      while (System.nanoTime() < end) {
        turns += turn(threads);
      }
      System.out.println("{\"units\":" + turns + "}");
    }
  }

  private int turn(Thread[] threads) {
    for (Thread t : threads) {
      LockSupport.unpark(t);
    }
    executor.runAll();
    return threads.length;
  }
}
