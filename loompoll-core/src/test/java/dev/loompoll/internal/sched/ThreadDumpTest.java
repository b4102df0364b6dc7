package dev.loompoll.internal.sched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is read from the JDK's thread dump. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadDumpTest {
  private final List<ThreadDump.Mounted> found = new ArrayList<>();

  private void read(String json) throws IOException {
    ThreadDump.read(new StringReader(json), found::add);
  }

  @Test
  void findsThreadsWithACarrierAndNoOthers() throws IOException {
    read(
        """
        {
          "threadDump": {
            "processId": "1", "empty": {}, "none": [ ], "when": -1.5e+3,
            "threadContainers": [
              { "container": "<root>", "parent": null, "threads": [
                  { "tid": "1", "name": "main", "state": "RUNNABLE", "stack": [] },
                  { "tid": "2", "virtual": true, "name": "parked", "stack": ["a.B.c(B.java:1)"],
                    "parkBlocker": { "object": "a.Lock@1" } },
                  { "tid": "3", "virtual": true, "name": "on", "stack": ["java.base\\/x.Y.z(Y)", "p.Q.r(Q)"],
                    "monitorsOwned": [ { "depth": 4, "locks": [ "a.B@1", null ] } ],
                    "carrier": "11" } ],
                "threadCount": "3" },
              { "container": "executor", "threads": [
                  { "carrier": 12, "tid": 4, "unknown": [[{"deep": false}]] } ] } ]
          }
        }
        """);
    assertThat(found)
        .containsExactly(
            new ThreadDump.Mounted("3", "on", "11", List.of("java.base/x.Y.z(Y)", "p.Q.r(Q)")),
            new ThreadDump.Mounted("4", "", "12", List.of()));
  }

  @Test
  void understandsWhatIsEscaped() throws IOException {
    read("{\"tid\":\"1\",\"carrier\":\"2\",\"name\":\"a\\\"b\\\\c\\/\\n\\t\\u00fc}]\"}");
    assertThat(found).singleElement().matches(m -> m.name().equals("a\"b\\c/\n\tü}]"));
  }

  @Test
  void whatEndsEarlyIsAnErrorAfterWhatThereWas() {
    String json = "{\"threads\":[{\"tid\":\"1\",\"carrier\":\"2\"},{\"tid\":\"3\",\"car";
    assertThatThrownBy(() -> read(json)).isInstanceOf(IOException.class);
    assertThat(found).hasSize(1);
    for (String bad : List.of("", "{", "[1,", "{\"a\" 1}", "{]", "\"", "\"\\u12", "?", "[1 2]")) {
      assertThatThrownBy(() -> read(bad)).as(bad).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aDumpOfThisJdkHasTheCarrier() throws Exception {
    CountDownLatch runs = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    Thread t =
        Thread.ofVirtual()
            .name("seen \"here\"\n")
            .start(
                () -> {
                  runs.countDown();
                  while (enough.getCount() > 0) {
                    Thread.onSpinWait();
                  }
                });
    runs.await();
    ThreadDump.take(found::add);
    enough.countDown();
    t.join();
    assertThat(found)
        .filteredOn(m -> m.id().equals("" + t.threadId()))
        .singleElement()
        .matches(m -> m.name().equals("seen \"here\"\n"))
        .matches(m -> Long.parseLong(m.carrier()) != t.threadId())
        .matches(m -> m.stack().stream().anyMatch(f -> f.contains("ThreadDumpTest")));
  }
}
