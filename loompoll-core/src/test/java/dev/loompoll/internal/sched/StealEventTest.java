package dev.loompoll.internal.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.jfr.Jfr;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an M records by itself, on the bare carrier. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StealEventTest {
  private static final int TASKS = 50;

  @TempDir private Path dir;

  private final List<QuietNet> nets = new ArrayList<>();

  @AfterEach
  void stop() {
    for (QuietNet net : nets) {
      net.stop();
    }
  }

  private NetPoll newNet() {
    QuietNet net = new QuietNet();
    nets.add(net);
    return net;
  }

  @Test
  void whoStealsFromWhomAndHowMuch() throws Exception {
    Jfr.start();
    Scheduler s = new Scheduler(2, this::newNet, Clock.SYSTEM, null);
    s.start();
    Path file = dir.resolve("steal.jfr");
    try (Recording recording = new Recording()) {
      for (String name : List.of("Steal", "Poll")) {
        recording.enable("dev.loompoll." + name).withThreshold(Duration.ZERO);
      }
      recording.start();
      while (s.counters().steals() == 0) {
        Thread spawner = s.newThread(null, () -> spawnAndSpin(s));
        spawner.start();
        spawner.join();
      }
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    List<RecordedEvent> steals = named("Steal", events);
    assertTrue(steals.size() >= s.counters().steals(), steals::toString);
    for (RecordedEvent e : steals) {
      assertEquals(1, e.getInt("processor") + e.getInt("victim"), e::toString);
      assertTrue(e.getThread().getJavaName().startsWith("loompoll-m"), e::toString);
      assertTrue(e.getInt("tasks") >= 1 && e.getInt("tasks") <= TASKS, e::toString);
    }
    Set<Long> ms = new HashSet<>(); // the engine's Ps may poll meanwhile, for an old timer
    s.machines().forEach(m -> ms.add(m.threadId()));
    List<RecordedEvent> polls =
        named("Poll", events).stream()
            .filter(e -> ms.contains(e.getThread().getJavaThreadId()))
            .toList();
    assertTrue(polls.stream().anyMatch(e -> !e.getBoolean("blocking")), polls::toString);
    assertTrue(polls.stream().allMatch(e -> e.getInt("processor") < 2), polls::toString);
  }

  /** Its P cannot run what it starts, so the other one does; unless the P is handed on first. */
  private static void spawnAndSpin(Scheduler s) {
    CountDownLatch ran = new CountDownLatch(TASKS);
    for (int i = 0; i < TASKS; i++) {
      s.newThread(null, ran::countDown).start();
    }
    while (ran.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  private static List<RecordedEvent> named(String name, List<RecordedEvent> events) {
    return events.stream()
        .filter(e -> e.getEventType().getName().equals("dev.loompoll." + name))
        .toList();
  }
}
