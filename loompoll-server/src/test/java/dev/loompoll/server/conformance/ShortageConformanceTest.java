package dev.loompoll.server.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.server.Refused;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every model in a process that may have 64 descriptors, and 200 clients. */
@Tag("system") // needs prlimit
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class ShortageConformanceTest {
  private static final int LIMIT = 64;
  private static final int CLIENTS = 200;

  /** One that is there for a moment: the next class, say. */
  private static final int PASSING = 3;

  /** A server's first after it has let one in; the next is twice as long, and so on. */
  private static final long FIRST_PAUSE = 5_000_000;

  private static final int PAUSES = 5;

  private static final byte[] LINE = "line\n".getBytes(UTF_8);

  /** Then another line has begun, and the connection is not idle, however long that takes. */
  private static final byte[] LINE_AND_MORE = "line\nli".getBytes(UTF_8);

  private static final byte[] REST = "ne\nli".getBytes(UTF_8);

  private final List<Client> clients = new ArrayList<>();

  @TempDir private Path dir;

  @AfterEach
  void close() throws IOException {
    for (Client client : clients) {
      client.close();
    }
  }

  private static List<Variant> variants() {
    return Variant.all().toList();
  }

  /** A class in a directory cannot be loaded without a free descriptor. */
  @ParameterizedTest
  @MethodSource("variants")
  void withClassesInDirectories(Variant variant) throws Exception {
    String classPath = LimitedProcess.directories(dir);
    try (LimitedProcess server = LimitedProcess.start(LIMIT, classPath, variant)) {
      int descriptors = server.descriptors();
      firstConnections(server, variant);
      server.ask("free");
      crowd(server, variant, descriptors);
      drain(server, variant);
    }
  }

  /** As users have it. */
  @ParameterizedTest
  @MethodSource("variants")
  void withClassesInJars(Variant variant) throws Exception {
    String classPath = LimitedProcess.jars(dir);
    try (LimitedProcess server = LimitedProcess.start(LIMIT, classPath, variant)) {
      firstConnections(server, variant);
      drain(server, variant);
    }
  }

  /** Whatever happens for the first time happens when there are no descriptors. */
  private void firstConnections(LimitedProcess server, Variant variant) throws Exception {
    server.ask("take");
    assertThat(echoes(connect(server), LINE)).isFalse();
    server.awaitRefused(Refused.DESCRIPTORS, 1); // then the reserve is there again

    server.ask("give one");
    if (!variant.raw()) {
      Client idle = served(server, LINE);
      end(served(server, LINE_AND_MORE), "\n" + LimitedServer.FAIL + "\n");
      idle.expectGone();
      server.awaitRefused(Refused.CULLED, 1);
      end(served(server, LINE_AND_MORE), "too long".repeat(LimitedServer.MAX_LINE));
    }
    Client client = served(server, variant);
    client.sendEnd();
    client.expectGone();
    client.close();
    served(server, variant).reset();
    served(server, variant).close();
    server.awaitOpen(0);
    assertThat(server.ask("failures"))
        .isEqualTo(variant.raw() ? "[]" : "[java.lang.IllegalStateException: was asked to fail]");
  }

  /** The server ends the connection, at the latest when it has got that. */
  private static void end(Client client, String text) throws IOException {
    client.send(text.getBytes(UTF_8));
    client.expectGone();
    client.close();
  }

  /** As many as fit are served and stay served, the others have to wait. */
  private void crowd(LimitedProcess server, Variant variant, int descriptors) throws Exception {
    String failures = server.ask("failures");
    List<Client> inside = new ArrayList<>();
    for (Client client = connect(server); echoes(client, busy(variant)); client = connect(server)) {
      inside.add(client);
    }
    assertThat(inside.size()).isBetween(LIMIT - descriptors - PASSING, LIMIT - descriptors);

    Deque<Client> outside = new ArrayDeque<>();
    while (inside.size() + outside.size() < CLIENTS) {
      outside.add(connect(server));
      trySend(outside.getLast(), busy(variant));
    }
    Await.until("nobody is let in for some pauses", () -> pauses(server));
    assertThat(rests(server, outside, inside)).as("it rests between two that it refuses").isTrue();
    for (Client client : inside) {
      assertThat(echoes(client, variant.raw() ? LINE : REST)).isTrue();
    }
    for (Client client : inside) {
      client.close();
    }
    int served = 0;
    for (Client client : outside) {
      served += readsLine(client) ? 1 : 0;
      client.close();
    }
    assertThat(served).isPositive();
    server.awaitOpen(0);

    for (int i = 0; i < LIMIT - descriptors - PASSING; i++) {
      assertThat(echoes(connect(server), busy(variant))).as("client " + i).isTrue();
    }
    close();
    server.awaitOpen(0);
    Await.until(
        "it has " + descriptors + " descriptors again", () -> server.descriptors() == descriptors);
    assertThat(server.ask("failures")).isEqualTo(failures);
  }

  /**
   * One after the other is sent away, and each pause is twice as long as the one before. False if
   * one was let in, by a descriptor that was free for a moment: then pauses are short again.
   */
  private static boolean pauses(LimitedProcess server) throws Exception {
    String accepted = server.ask("accepted");
    long start = System.nanoTime();
    // One may just be counted; between the others is a pause each.
    server.awaitRefused(Refused.DESCRIPTORS, server.refused(Refused.DESCRIPTORS) + 2 + PAUSES);
    long elapsed = System.nanoTime() - start;
    if (!server.ask("accepted").equals(accepted)) {
      return false;
    }
    long paused = 0;
    for (int i = 0; i < PAUSES; i++) {
      paused += FIRST_PAUSE << i;
    }
    assertThat(elapsed).isGreaterThanOrEqualTo(paused);
    return true;
  }

  /**
   * Whether it is off the CPU for most of the time until one of those outside is sent away: between
   * two accepts nothing is done, once all is compiled that is to be. Who was let in, by a
   * descriptor that was free for a moment, is inside then.
   */
  private static boolean rests(LimitedProcess server, Deque<Client> outside, List<Client> inside)
      throws IOException {
    for (Client next; (next = outside.poll()) != null; ) {
      long start = System.nanoTime();
      Duration cpu = server.cpuTime();
      if (readsLine(next)) {
        inside.add(next);
        continue;
      }
      long elapsed = System.nanoTime() - start;
      long busy = server.cpuTime().minus(cpu).toNanos();
      if (elapsed > FIRST_PAUSE << PAUSES && busy < elapsed / 2) {
        return true;
      }
    }
    return false;
  }

  /** While there is no descriptor. */
  private void drain(LimitedProcess server, Variant variant) throws Exception {
    Client client = served(server, LINE);
    server.ask("take");
    if (variant.raw()) { // it is not told
      client.close();
    }
    server.drain();
  }

  private Client connect(LimitedProcess server) throws IOException {
    Client client = server.connect();
    clients.add(client);
    return client;
  }

  /** One that stays. */
  private Client served(LimitedProcess server, Variant variant) throws Exception {
    return served(server, busy(variant));
  }

  /** Tries until one is not sent away. */
  private Client served(LimitedProcess server, byte[] lines) throws Exception {
    Await.until("a client is served", () -> echoes(connect(server), lines));
    return clients.getLast();
  }

  /** What a client sends to be served and then not to be idle. */
  private static byte[] busy(Variant variant) {
    return variant.raw() ? LINE : LINE_AND_MORE; // who is given the connection is never idle
  }

  /** Whether the first line comes back. */
  private static boolean echoes(Client client, byte[] line) throws IOException {
    try {
      client.send(line);
    } catch (SocketException e) {
      return false; // sent away
    }
    return readsLine(client);
  }

  private static boolean readsLine(Client client) throws IOException {
    try {
      return Arrays.equals(client.read(LINE.length), LINE);
    } catch (SocketException e) {
      return false;
    }
  }

  private static void trySend(Client client, byte[] bytes) throws IOException {
    try {
      client.send(bytes);
    } catch (SocketException e) {
      // sent away
    }
  }
}
