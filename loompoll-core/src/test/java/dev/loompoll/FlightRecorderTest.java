package dev.loompoll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import dev.loompoll.testing.Oracles;
import dev.loompoll.testing.Pair;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import jdk.jfr.Configuration;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Loompoll's events in a flight recording, and what they cost when nobody records them. */
@ExtendWith(Oracles.class)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FlightRecorderTest {
  private static final String PREFIX = "dev.loompoll.";

  @TempDir private Path dir;

  /** Something to record. */
  private interface Work {
    void run() throws Exception;
  }

  private static Map<String, String> shippedSettings() throws Exception {
    try (Reader r = new InputStreamReader(Conn.class.getResourceAsStream("/loompoll.jfc"))) {
      return new TreeMap<>(Configuration.create(r).getSettings());
    }
  }

  /** Our events while {@code work} runs, with the shipped settings and these thresholds. */
  private List<RecordedEvent> record(Duration threshold, Work work) throws Exception {
    Map<String, String> settings = shippedSettings();
    settings.replaceAll(
        (name, value) -> name.endsWith("#threshold") ? threshold.toNanos() + " ns" : value);
    return record(settings, work);
  }

  private List<RecordedEvent> record(Map<String, String> settings, Work work) throws Exception {
    Path file = dir.resolve("events.jfr");
    Files.deleteIfExists(file);
    Loompoll.runtime(); // the events are registered when the engine starts
    try (Recording recording = new Recording(settings)) {
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(e -> e.getEventType().getName().startsWith(PREFIX))
        .toList();
  }

  private static RecordedEvent only(
      List<RecordedEvent> events, String name, Predicate<RecordedEvent> which) {
    List<RecordedEvent> found =
        events.stream()
            .filter(e -> e.getEventType().getName().equals(PREFIX + name) && which.test(e))
            .toList();
    assertEquals(1, found.size(), () -> name + " among " + events);
    return found.getFirst();
  }

  private static boolean has(List<RecordedEvent> events, String name) {
    return events.stream().anyMatch(e -> e.getEventType().getName().equals(PREFIX + name));
  }

  @Test
  void theShippedSettingsNameEveryEventThereIs() throws Exception {
    Loompoll.runtime();
    Set<String> registered =
        FlightRecorder.getFlightRecorder().getEventTypes().stream()
            .map(EventType::getName)
            .filter(n -> n.startsWith(PREFIX))
            .collect(Collectors.toSet());
    Map<String, String> settings = shippedSettings();
    Set<String> named =
        settings.keySet().stream().map(k -> k.replaceAll("#.*", "")).collect(Collectors.toSet());
    assertEquals(registered, named);
    assertEquals(10, named.size());
    for (String name : named) {
      assertEquals("true", settings.get(name + "#enabled"), name);
    }
  }

  /** As the documentation says: the file's path and its controls, from the JVM's start on. */
  @Test
  void theShippedFileOnTheCommandLine() throws Exception {
    Path settings = dir.resolve("loompoll.jfc");
    Path file = dir.resolve("started.jfr");
    try (InputStream shipped = Conn.class.getResourceAsStream("/loompoll.jfc")) {
      Files.copy(shipped, settings);
    }
    String option = "-XX:StartFlightRecording:settings=" + settings + ",filename=" + file;
    String output = LoadedModulesTest.run(List.of(option + ",loompoll-threshold=0ms"));
    assertTrue(output.contains("read 42"), output);
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertEquals(1, only(events, "Read", e -> true).getInt("bytes"));
    assertEquals(1, only(events, "Write", e -> true).getInt("bytes"));
    only(events, "Accept", e -> true);
    assertTrue(has(events, "Poll"), output);
  }

  @Test
  void everyEventSaysWhatItIs() {
    Loompoll.runtime();
    for (EventType type : FlightRecorder.getFlightRecorder().getEventTypes()) {
      if (type.getName().startsWith(PREFIX)) {
        assertEquals(List.of("Loompoll"), type.getCategoryNames(), type.getName());
        assertNotNull(type.getLabel(), type.getName());
        assertNotNull(type.getDescription(), type.getName());
        assertFalse(type.isEnabled(), type.getName());
      }
    }
  }

  @Test
  void aReadThatWaits() throws Exception {
    try (Pair pair = Pair.open()) {
      Group reader = new Group(Callers.GOROUTINES);
      Thread[] goroutine = new Thread[1];
      List<RecordedEvent> events =
          record(
              Duration.ZERO,
              () -> {
                goroutine[0] = reader.goAndBlock(() -> pair.a().read(new byte[100]));
                pair.b().write(new byte[7]);
                reader.await();
              });
      Predicate<RecordedEvent> byReader =
          e -> e.getThread().getJavaThreadId() == goroutine[0].threadId();
      RecordedEvent read = only(events, "Read", byReader);
      assertEquals(7, read.getInt("bytes"));
      assertEquals("ok", read.getString("outcome"));
      assertEquals("127.0.0.1", read.getString("remoteHost"));
      assertEquals(pair.a().remoteAddress().getPort(), read.getInt("remotePort"));
      assertTrue(
          read.getStackTrace().getFrames().stream()
              .anyMatch(f -> f.getMethod().getName().contains("aReadThatWaits")),
          read::toString);
      RecordedEvent park = only(events, "Park", byReader);
      assertEquals("read", park.getString("direction"));
      assertEquals("ok", park.getString("outcome"));
      assertEquals(read.getInt("descriptor"), park.getInt("descriptor"));
      assertTrue(read.getDuration().compareTo(park.getDuration()) >= 0, () -> read + " " + park);

      RecordedEvent write = only(events, "Write", e -> true);
      assertEquals(7, write.getInt("bytes"));
      assertEquals(pair.b().remoteAddress().getPort(), write.getInt("remotePort"));
    }
  }

  @Test
  void whatIsShorterThanTheThresholdIsNotRecorded() throws Exception {
    try (Pair pair = Pair.open()) {
      List<RecordedEvent> events =
          record(
              Duration.ofHours(1),
              () -> {
                pair.b().write(new byte[7]);
                pair.a().read(new byte[7]);
              });
      assertEquals(List.of(), events);
    }
  }

  @Test
  void theEndOfTheStreamAndAReset() throws Exception {
    try (Pair pair = Pair.open()) {
      List<RecordedEvent> events =
          record(
              Duration.ZERO,
              () -> {
                pair.b().closeWrite();
                assertEquals(-1, pair.a().read(new byte[1]));
                pair.b().setLinger(0);
                pair.b().close();
                assertThrows(ConnResetException.class, () -> writeOften(pair.a()));
              });
      assertEquals(
          0, only(events, "Read", e -> e.getString("outcome").equals("eof")).getInt("bytes"));
      only(events, "Write", e -> !e.getString("outcome").equals("ok"));
    }
  }

  private static void writeOften(Conn conn) throws Exception {
    for (int i = 0; i < 1000; i++) {
      conn.write(new byte[1000]);
    }
  }

  @Test
  void acceptAndClose() throws Exception {
    int[] port = new int[1];
    List<RecordedEvent> events =
        record(
            Duration.ZERO,
            () -> {
              try (Pair pair = Pair.open()) {
                port[0] = pair.b().remoteAddress().getPort();
              }
            });
    RecordedEvent accept = only(events, "Accept", e -> e.getInt("remotePort") == port[0]);
    assertEquals("127.0.0.1", accept.getString("remoteHost"));
    RecordedEvent close = only(events, "Close", e -> e.getInt("remotePort") == port[0]);
    assertEquals(accept.getInt("descriptor"), close.getInt("descriptor"));
    // the listener's, which has no peer
    assertEquals(
        accept.getInt("listener"),
        only(events, "Close", e -> e.getString("remoteHost") == null).getInt("descriptor"));
  }

  @Test
  void aDeadline() throws Exception {
    try (Pair pair = Pair.open()) {
      pair.a().setReadDeadline(Duration.ofMillis(1));
      List<RecordedEvent> events =
          record(
              Duration.ZERO,
              () ->
                  assertThrows(DeadlineExceededException.class, () -> pair.a().read(new byte[1])));
      RecordedEvent e = only(events, "DeadlineExceeded", x -> true);
      assertTrue(
          e.getString("operation").endsWith("->127.0.0.1:" + pair.a().remoteAddress().getPort()),
          e::toString);
      assertTrue(e.getString("operation").startsWith("read tcp4 "), e::toString);
      assertEquals("timeout", only(events, "Read", x -> true).getString("outcome"));
    }
  }

  /** In the simulated kernel, where descriptors run out now and then. */
  @Test
  void aShortageWhileAccepting() throws Exception {
    long before = Loompoll.stats().acceptBackoffs();
    List<RecordedEvent> events = record(Duration.ZERO, () -> SimNet.run(1, 1, this::acceptMany));
    long backOffs = Loompoll.stats().acceptBackoffs() - before;
    List<RecordedEvent> rejects = events.stream().filter(e -> has(List.of(e), "Reject")).toList();
    assertTrue(backOffs > 0);
    assertEquals(backOffs, rejects.size());
    for (RecordedEvent e : rejects) {
      assertTrue(Set.of("EMFILE", "ENOBUFS").contains(e.getString("cause")), e::toString);
      assertTrue(e.getDuration("pause").compareTo(Duration.ofMillis(5)) >= 0, e::toString);
      assertEquals("127.0.0.1", e.getString("host"));
    }
  }

  private void acceptMany(SimNet net) throws Exception {
    try (Listener listener = net.listen()) {
      for (int i = 0; i < 200; i++) {
        net.go(() -> net.dial(listener).close());
        listener.accept().close();
      }
    }
  }

  @Test
  void aHandOffThatWasAskedFor() throws Exception {
    Group group = new Group(Callers.GOROUTINES);
    List<RecordedEvent> events =
        record(
            Duration.ZERO,
            () -> {
              group.go(() -> Loompoll.blocking(() -> 1));
              group.await();
            });
    assertEquals(Loompoll.runtime().scheduler(), has(events, "HandOff"), events::toString);
    if (Loompoll.runtime().scheduler()) {
      RecordedEvent e = only(events, "HandOff", x -> x.getString("cause").equals("declared"));
      assertTrue(e.getThread("from").getJavaName().startsWith("loompoll-m"), e::toString);
      assertTrue(e.getThread("to").getJavaName().startsWith("loompoll-m"), e::toString);
      assertTrue(e.getInt("processor") < Loompoll.runtime().procs());
    }
  }

  @Test
  void aHog() throws Exception {
    List<RecordedEvent> events =
        record(
            Duration.ZERO,
            () -> {
              if (!Loompoll.runtime().scheduler()) {
                return; // the JDK's would not come to the end
              }
              // Sysmon records it when the P is at work again already, but before the next one.
              hogEveryP();
              hogEveryP();
            });
    assertEquals(
        Loompoll.runtime().scheduler(),
        events.stream().anyMatch(e -> has(List.of(e), "HandOff") && isHandOffOfAHog(e)),
        events::toString);
  }

  private static void hogEveryP() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch ran = new CountDownLatch(1);
    Group group = new Group(Callers.GOROUTINES);
    for (int i = 0; i < Loompoll.runtime().procs(); i++) {
      group.go(() -> spinUntil(over));
    }
    group.go(ran::countDown);
    ran.await();
    over.set(true);
    group.await();
  }

  private static void spinUntil(AtomicBoolean over) {
    while (!over.get()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void noneWhenOff() throws Exception {
    assertEquals(
        List.of(),
        record(
            Map.of("jdk.ThreadStart#enabled", "true"),
            () -> {
              try (Pair pair = Pair.open()) {
                pair.b().write(new byte[7]);
                pair.a().read(new byte[7]);
                pair.a().setReadDeadline(Duration.ZERO);
                assertThrows(DeadlineExceededException.class, () -> pair.a().read(new byte[1]));
              }
            }));
  }

  private static boolean isHandOffOfAHog(RecordedEvent e) {
    return e.getString("cause").equals("computes")
        && e.getDuration("taskTime").compareTo(Duration.ofMillis(8)) >= 0;
  }
}
