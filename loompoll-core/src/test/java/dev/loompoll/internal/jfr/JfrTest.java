package dev.loompoll.internal.jfr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;

/** Who asks for an event that is off gets none, and pays no memory for the question. */
class JfrTest {
  private static final int TIMES = 1_000;

  private static final List<String> NAMES =
      List.of(
          "Accept",
          "Close",
          "DeadlineExceeded",
          "HandOff",
          "Park",
          "Poll",
          "Read",
          "Reject",
          "Steal",
          "Write");

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final InetSocketAddress listener =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  JfrTest() {
    Jfr.start();
  }

  private long allocatedByAskingForAll() {
    Thread me = Thread.currentThread();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < TIMES; i++) {
      assertNull(Jfr.accept());
      assertNull(Jfr.close());
      assertNull(Jfr.park());
      assertNull(Jfr.poll());
      assertNull(Jfr.read());
      assertNull(Jfr.write());
      Jfr.deadlineExceeded("read", 0);
      Jfr.handOff(0, me, me, "blocks", 0);
      Jfr.reject(listener, 24, 1);
      Jfr.steal(0, 1, 1);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  /**
   * Less than a byte a round, when any object has 8 at least. Not 0: the measuring itself allocates
   * 104 bytes, once in the life of a JVM, also around a loop that asks for nothing.
   */
  private void assertNothingAllocated() {
    long bytes = allocatedByAskingForAll();
    assertTrue(bytes < TIMES, () -> bytes + " bytes in " + TIMES + " rounds");
  }

  private static Recording recordAll() {
    Recording recording = new Recording();
    NAMES.forEach(name -> recording.enable("dev.loompoll." + name));
    recording.start();
    return recording;
  }

  @Test
  void offCostsNoMemory() {
    var unused = allocatedByAskingForAll(); // loads what it needs
    assertNothingAllocated();
  }

  @Test
  void whatWasOnAndIsOffAgainCostsNoMemory() {
    try (Recording recording = recordAll()) {
      assertNotNull(Jfr.read());
      assertNotNull(Jfr.park());
    }
    var unused = allocatedByAskingForAll();
    assertNothingAllocated();
  }

  @Test
  void offCostsNoMemoryWhileOthersAreRecorded() {
    try (Recording others = new Recording()) {
      others.enable("jdk.ThreadStart");
      others.start();
      var unused = allocatedByAskingForAll();
      assertNothingAllocated();
    }
  }

  @Test
  void theNamesAreThoseThatAreRegistered() {
    List<String> registered =
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .map(EventType::getName)
            .filter(name -> name.startsWith("dev.loompoll."))
            .map(name -> name.substring("dev.loompoll.".length()))
            .sorted()
            .toList();
    assertEquals(NAMES, registered);
  }
}
