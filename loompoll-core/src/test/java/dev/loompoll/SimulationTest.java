package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.Workers;
import dev.loompoll.internal.sched.Scheduler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The library over a simulated kernel, in virtual time, on one P and on several. The seed draws the
 * next goroutine, from whom to steal first, and which M gets on at each of the scheduler's seams.
 * {@code -Dloompoll.sim.seeds=N} runs more seeds, {@code -Dloompoll.sim.seed=S} replays one.
 *
 * <p>The simulation stands on our own scheduler, so it runs whenever the JDK's hook is there, in
 * both runs of the suite.
 */
@Tag("simulation")
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("loompoll.sim.seeds", 500);

  /** Thousands of simulated shortages would each log a line. Held, or the level would be lost. */
  private static final Logger LOG = Logger.getLogger("dev.loompoll");

  @BeforeAll
  static void quiet() {
    LOG.setLevel(Level.SEVERE);
  }

  @AfterAll
  static void loud() {
    LOG.setLevel(null);
  }

  private static void seeds(int procs, SimNet.Scenario scenario) throws Exception {
    assertTrue(Scheduler.available(), Scheduler.whyNotAvailable());
    Long one = Long.getLong("loompoll.sim.seed");
    if (one != null) {
      SimNet.run(one, procs, scenario);
      return;
    }
    AtomicLong next = new AtomicLong();
    try (Workers workers = new Workers()) {
      for (int i = Runtime.getRuntime().availableProcessors(); i > 0; i--) {
        workers.run(
            () -> {
              for (long seed; (seed = next.getAndIncrement()) < SEEDS; ) {
                SimNet.run(seed, procs, scenario);
              }
            });
      }
      workers.join();
    }
  }

  private static byte[] bytes(SplittableRandom random, int n) {
    byte[] b = new byte[n];
    random.nextBytes(b);
    return b;
  }

  private static void echo(Conn conn, int buffer) throws IOException {
    try (conn) {
      byte[] packet = new byte[buffer];
      for (int n; (n = conn.read(packet)) > 0; ) {
        conn.write(packet, 0, n);
      }
    }
  }

  private static void serve(SimNet net, Listener listener, int connections) {
    net.go(
        () -> {
          for (int i = 0; i < connections; i++) {
            Conn conn = listener.accept();
            int buffer = 1 + net.random.nextInt(1024);
            net.go(() -> echo(conn, buffer));
          }
          listener.close();
        });
  }

  /** Reads a whole answer, in reads of odd sizes. */
  private static byte[] readAll(SplittableRandom random, Conn conn, int expected)
      throws IOException {
    byte[] all = new byte[expected + 1];
    int n = 0;
    while (n < all.length) {
      int r = conn.read(all, n, 1 + random.nextInt(all.length - n));
      if (r < 0) {
        break;
      }
      n += r;
    }
    return Arrays.copyOf(all, n);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void everyByteComesBackOnceAndInOrder(int procs) throws Exception {
    seeds(
        procs,
        net -> {
          int clients = 1 + net.random.nextInt(4);
          Listener listener = net.listen();
          serve(net, listener, clients);
          for (int i = 0; i < clients; i++) {
            SplittableRandom random = net.random.split();
            net.go(() -> sendAndCompare(net, listener, random));
          }
        });
  }

  private static void sendAndCompare(SimNet net, Listener listener, SplittableRandom random)
      throws Exception {
    try (Conn conn = net.dial(listener)) {
      byte[] sent = bytes(random, 1 + random.nextInt(1 + random.nextInt(8000)));
      Thread writer =
          net.go(
              () -> {
                for (int off = 0; off < sent.length; ) {
                  int n = Math.min(sent.length - off, 1 + random.nextInt(2000));
                  conn.write(sent, off, n);
                  off += n;
                }
                net.closeWrite(conn);
              });
      assertArrayEquals(sent, readAll(new SplittableRandom(sent.length), conn, sent.length));
      net.join(writer);
      assertEquals(-1, conn.read(new byte[1]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aDeadlineIsNeverEarlyAndLateByOnePollAtMost(int procs) throws Exception {
    seeds(
        procs,
        net -> {
          Listener listener = net.listen();
          serve(net, listener, 1);
          try (Conn conn = net.dial(listener)) {
            long late = procs == 1 ? 50_000 : 1_000_000; // an M may stand still meanwhile
            for (int i = 0; i < 5; i++) {
              long nanos = 1 + net.random.nextLong(50_000_000);
              long[] due = new long[1];
              setDeadlineSomehow(net, conn, nanos, due);
              assertThrows(DeadlineExceededException.class, () -> conn.read(new byte[10]));
              assertTrue(net.now() >= due[0], "early by " + (due[0] - net.now()));
              assertTrue(net.now() - due[0] < late, "late by " + (net.now() - due[0]));
              // sticky, and it wins over data
              assertThrows(DeadlineExceededException.class, () -> conn.read(new byte[10]));
              conn.clearReadDeadline();
              byte[] sent =
                  bytes(net.random, 1 + net.random.nextInt(16)); // fits the smallest buffer
              conn.write(sent);
              byte[] got = new byte[sent.length];
              for (int n = 0; n < got.length; ) {
                n += conn.read(got, n, got.length - n);
              }
              assertArrayEquals(sent, got);
            }
          }
        });
  }

  /** After another one, sooner or later; or by another thread, while the caller waits. */
  private static void setDeadlineSomehow(SimNet net, Conn conn, long nanos, long[] due)
      throws Exception {
    boolean outside = net.random.nextBoolean();
    conn.setReadDeadline(
        outside ? Duration.ofSeconds(10) : Duration.ofNanos(1 + net.random.nextLong(2 * nanos)));
    Loompoll.Task set =
        () -> {
          due[0] = net.now() + nanos;
          conn.setReadDeadline(Duration.ofNanos(nanos));
        };
    if (outside) {
      net.outside(set);
    } else {
      set.run();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void deadlinesAndInterruptsLoseNoByte(int procs) throws Exception {
    seeds(
        procs,
        net -> {
          Listener listener = net.listen();
          byte[] sent = bytes(net.random, 1 + net.random.nextInt(6000));
          net.go(
              () -> {
                try (Conn conn = listener.accept()) {
                  listener.close();
                  conn.write(sent);
                }
              });
          try (Conn conn = net.dial(listener)) {
            boolean[] done = {false};
            byte[] got = new byte[sent.length];
            Thread reader = net.go(() -> readStubbornly(net, conn, got, done));
            SplittableRandom random = net.random.split();
            while (!done[0]) {
              Loompoll.Task disturb =
                  random.nextInt(3) == 0
                      ? reader::interrupt
                      : () -> conn.setReadDeadline(Duration.ofNanos(random.nextLong(2_000_000)));
              if (random.nextInt(3) == 0) {
                net.outside(disturb);
              } else {
                disturb.run();
              }
              net.pass(50_000); // or it would take all day until the next segment
              Thread.yield();
            }
            net.join(reader);
            assertArrayEquals(sent, got);
          }
        });
  }

  private static void readStubbornly(SimNet net, Conn conn, byte[] got, boolean[] done)
      throws IOException {
    try {
      for (int n = 0; n < got.length; ) {
        try {
          int r = conn.read(got, n, got.length - n);
          assertTrue(r > 0, "end of stream after " + n + " of " + got.length);
          n += r;
        } catch (DeadlineExceededException e) {
          conn.setReadDeadline(Duration.ofNanos(1_000_000 + net.random.nextInt(1000)));
        } catch (InterruptedIOException e) {
          assertTrue(Thread.interrupted(), "the flag must stay set");
        }
      }
    } finally {
      done[0] = true;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void closeAndResetWakeEverybody(int procs) throws Exception {
    seeds(procs, SimulationTest::closeAndReset);
  }

  private static void closeAndReset(SimNet net) throws Exception {
    Listener listener = net.listen();
    int clients = 1 + net.random.nextInt(3);
    net.go(
        () -> {
          for (int i = 0; i < clients; i++) {
            Conn conn = listener.accept();
            net.go(() -> tolerant(() -> echo(conn, 1000)));
          }
          listener.close();
        });
    for (int i = 0; i < clients; i++) {
      SplittableRandom random = net.random.split();
      Conn conn = net.dial(listener);
      for (int k = 0; k < 2; k++) {
        net.go(() -> tolerant(() -> conn.write(new byte[5000])));
        net.go(() -> tolerant(() -> drain(conn)));
      }
      net.go(
          () -> {
            for (int k = random.nextInt(30); k > 0; k--) {
              Thread.yield();
            }
            if (random.nextBoolean()) {
              net.abort(conn);
            } else {
              conn.close();
            }
          });
    }
  }

  private static void drain(Conn conn) throws IOException {
    byte[] b = new byte[100];
    while (conn.read(b) > 0) {
      // until the end, or close
    }
  }

  /** What a broken connection may throw, and nothing else. */
  private static void tolerant(Loompoll.Task task) throws Exception {
    try {
      task.run();
    } catch (ConnClosedException | SocketException expected) {
      // the point of the scenario
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void dialEndsOneWayOrTheOther(int procs) throws Exception {
    seeds(
        procs,
        net -> {
          assertThrows(ConnectException.class, () -> net.dial(60_000, null));
          Listener listener = net.listen();
          serve(net, listener, 1);
          while (true) {
            long before = net.now();
            long timeout = 1 + net.random.nextLong(100_000);
            try (Conn conn = net.dial(listener.address().getPort(), Duration.ofNanos(timeout))) {
              conn.write(new byte[] {42});
              assertEquals(1, conn.read(new byte[2]));
              break;
            } catch (DeadlineExceededException e) {
              assertTrue(net.now() - before >= timeout, "early");
              if (!listener.isOpen()) {
                break; // the attempt that timed out was accepted all the same
              }
            } catch (SocketException e) {
              break; // the listener was closed after that
            }
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void acceptSurvivesShortageOfDescriptors(int procs) throws Exception {
    seeds(
        procs,
        net -> {
          Listener listener = net.listen();
          int n = 3 + net.random.nextInt(10);
          serve(net, listener, n);
          for (int i = 0; i < n; i++) {
            net.go(() -> net.dial(listener).close());
          }
        });
  }

  /**
   * Goroutines that the scheduler alone connects, started and woken by each other and by a thread
   * that is none of its own; sometimes more than a P's queue holds.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void whatBecomesRunnableRuns(int procs) throws Exception {
    seeds(procs, SimulationTest::passTokens);
  }

  private static void passTokens(SimNet net) {
    int n = net.random.nextInt(100) == 0 ? 400 : 2 + net.random.nextInt(20);
    Semaphore[] tokens = new Semaphore[n];
    for (int i = 0; i < n; i++) {
      tokens[i] = new Semaphore(0);
    }
    int rounds = n > 100 ? 1 : 1 + net.random.nextInt(5);
    int[] done = {0};
    for (int i = 0; i < n; i++) {
      Semaphore mine = tokens[i];
      Semaphore next = tokens[(i + 1) % n];
      SplittableRandom random = net.random.split();
      net.go(
          () -> {
            for (int k = 0; k < rounds; k++) {
              mine.acquire();
              for (int y = random.nextInt(3); y > 0; y--) {
                Thread.yield();
              }
              if (random.nextInt(3) == 0) {
                net.go(() -> done[0]++);
              } else {
                done[0]++;
              }
              if (random.nextInt(4) == 0) {
                net.outside(next::release);
              } else {
                next.release();
              }
            }
          });
    }
    for (int i = 1 + net.random.nextInt(n); i > 0; i--) {
      tokens[net.random.nextInt(n)].release(); // several at once: they overtake one another
    }
    net.joinAll();
    assertEquals(n * rounds, done[0]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aSeedRepeatsExactly(int procs) {
    for (long seed = 0; seed < 20; seed++) {
      long first = SimNet.run(seed, procs, SimulationTest::passTokens);
      assertEquals(first, SimNet.run(seed, procs, SimulationTest::passTokens), "seed " + seed);
      first = SimNet.run(seed, procs, SimulationTest::closeAndReset);
      assertEquals(first, SimNet.run(seed, procs, SimulationTest::closeAndReset), "seed " + seed);
    }
  }
}
