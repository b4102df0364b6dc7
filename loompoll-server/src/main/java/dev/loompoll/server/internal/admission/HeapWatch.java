package dev.loompoll.server.internal.admission;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The part of the heap that was full after the last collection: what lives, without the garbage of
 * which nobody knows yet. Read when somebody asks, at most ten times a second, by one of those who
 * ask; so it needs no thread of its own.
 *
 * <p>The JVM says for each pool how much was in use after the last collection <em>of that
 * pool</em>. Old generations are collected seldom, some only when nothing else helps, and until
 * then this is what the collection before has left. If a server stops accepting because of it,
 * little is allocated, nothing is collected, and it would stop for ever. So a pool counts for
 * {@link #VALID_NANOS} after its figure has changed. After that connections are accepted again; if
 * there is no room for them, their memory makes a collection, and there is a new figure.
 */
final class HeapWatch implements DoubleSupplier {
  private static final long BETWEEN_NANOS = 100_000_000;
  static final long VALID_NANOS = 5_000_000_000L;

  /** Bytes in use after the pool's last collection. */
  @FunctionalInterface
  interface Pool {
    long usedAfterCollection();
  }

  private static final class Watched {
    final Pool pool;
    long used;
    long changedAt;

    Watched(Pool pool) {
      this.pool = pool;
    }
  }

  private static final class OfProcess {
    static final HeapWatch INSTANCE =
        new HeapWatch(Runtime.getRuntime().maxMemory(), System::nanoTime);

    static {
      // The JVM's beans take some 15 ms to load: not in an acceptor, and not when the heap is full.
      Thread.ofPlatform().daemon().name("loompoll-heap").start(OfProcess::load);
    }

    private static void load() {
      try {
        INSTANCE.watch(pools());
      } catch (LinkageError e) {
        // A runtime without java.management: nothing is known of the heap.
      }
    }
  }

  private final long max;
  private final LongSupplier clock;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. Empty until the beans are loaded. */
  private List<Watched> pools = List.of();

  /** When they were read. Guarded by the lock. */
  private long readAt;

  /** Written with the lock. */
  private volatile double fill;

  /**
   * @param max bytes that all pools together may use
   */
  HeapWatch(long max, LongSupplier nanoClock) {
    this.max = max;
    this.clock = nanoClock;
  }

  /** The one of this JVM. */
  static HeapWatch ofProcess() {
    return OfProcess.INSTANCE;
  }

  /** From now on. */
  void watch(List<Pool> sources) {
    lock.lock();
    try {
      pools = sources.stream().map(Watched::new).toList();
      long now = clock.getAsLong();
      readAt = now - BETWEEN_NANOS;
      for (Watched w : pools) {
        w.used = w.pool.usedAfterCollection();
        w.changedAt = now;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Those of the heap that can say it. */
  static List<Pool> pools() {
    List<Pool> all = new ArrayList<>();
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) {
        all.add(
            () -> {
              MemoryUsage usage = pool.getCollectionUsage();
              return usage == null ? 0 : usage.getUsed();
            });
      }
    }
    return all;
  }

  /** 0 to 1; 0 as long as nothing is known. Never waits. */
  @Override
  public double getAsDouble() {
    if (lock.tryLock()) {
      try {
        long now = clock.getAsLong();
        if (!pools.isEmpty() && now - readAt >= BETWEEN_NANOS) {
          readAt = now;
          read(now);
        }
      } finally {
        lock.unlock();
      }
    }
    return fill;
  }

  private void read(long now) {
    double sum = 0;
    for (Watched w : pools) {
      long used = w.pool.usedAfterCollection();
      if (used != w.used) {
        w.used = used;
        w.changedAt = now;
      }
      if (now - w.changedAt < VALID_NANOS) {
        sum += used;
      }
    }
    fill = Math.min(1, sum / max);
  }
}
