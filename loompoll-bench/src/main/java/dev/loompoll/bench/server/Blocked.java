package dev.loompoll.bench.server;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Goroutines that block their threads where no scheduler sees it, in four ways by turns: a native
 * call, a read of a FIFO, a name that is resolved by a server which does not answer, and a park
 * with a native frame on the stack.
 */
final class Blocked extends Stall {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final MethodHandle USLEEP =
      LINKER.downcallHandle(
          LIBC.findOrThrow("usleep"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final FunctionDescriptor COMPARE =
      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
  private static final MethodHandle QSORT =
      LINKER.downcallHandle(
          LIBC.findOrThrow("qsort"),
          FunctionDescriptor.ofVoid(
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS));

  private static final int MICROS = 100_000;
  private static final long NANOS = 100_000_000;

  private final String fifo;
  private final AtomicInteger names = new AtomicInteger();
  private volatile int parkedTurn;

  /**
   * @param fifo the path of one
   */
  Blocked(int count, String fifo) {
    super(count);
    this.fifo = fifo;
  }

  @Override
  void run(int number, int mine, Consumer<Runnable> go) {
    try {
      switch (number % 4) {
        case 0 -> nativeCall(mine);
        case 1 -> read();
        case 2 -> resolve(mine);
        default -> pinned(mine);
      }
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }

  private void nativeCall(int mine) throws Throwable {
    while (goesOn(mine)) {
      int unused = (int) USLEEP.invokeExact(MICROS);
    }
  }

  /** Opened for writing too, so that the open does not wait for a writer. */
  private void read() throws IOException {
    try (RandomAccessFile f = new RandomAccessFile(fifo, "rw")) {
      int unused = f.read();
    }
  }

  @Override
  void end() {
    try (RandomAccessFile f = new RandomAccessFile(fifo, "rw")) {
      f.write(new byte[count()]);
      // those that read take one each, and the FIFO is empty when the last has closed it
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void resolve(int mine) {
    while (goesOn(mine)) {
      try {
        InetAddress.getByName("n" + names.getAndIncrement() + ".example"); // one that is not cached
        throw new IllegalStateException("somebody answers");
      } catch (UnknownHostException e) {
        // after a second
      }
    }
  }

  /** {@code qsort} calls back, and what it calls parks: a virtual thread cannot leave then. */
  private void pinned(int mine) throws Throwable {
    parkedTurn = mine;
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle park =
          MethodHandles.lookup()
              .bind(
                  this,
                  "parkAsLongAsItLasts",
                  MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
      MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
      QSORT.invokeExact(two, 2L, 4L, LINKER.upcallStub(park, COMPARE, arena));
    }
  }

  @SuppressWarnings("unused") // by the upcall
  private int parkAsLongAsItLasts(MemorySegment a, MemorySegment b) {
    while (goesOn(parkedTurn)) {
      LockSupport.parkNanos(this, NANOS);
    }
    return 0;
  }
}
