package dev.loompoll.bench.load;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Clients of one kind, beside those that are measured: most of them up to no good. */
final class Crowd {
  /** Those that are sent away come again after this. */
  static final long AGAIN_NANOS = 1_000_000_000;

  /** Not all at the same moment. */
  private static final long SPREAD_NANOS = 1_000_000_000;

  private final String kind;
  private final List<Member> members = new ArrayList<>();

  private Crowd(String kind, int count, Supplier<Member> maker) {
    this.kind = kind;
    for (int i = 0; i < count; i++) {
      members.add(maker.get());
    }
  }

  /** By kind, how many. */
  static List<Crowd> of(Map<String, Integer> wanted, EventLoop loop, InetSocketAddress to) {
    List<Crowd> crowds = new ArrayList<>();
    wanted.forEach(
        (kind, count) ->
            crowds.add(
                new Crowd(
                    kind,
                    count,
                    switch (kind) {
                      case "loris" -> () -> new Loris(loop, to);
                      case "stayers" -> () -> new Stayer(loop, to);
                      case "flood" -> () -> new Flood(loop, to);
                      case "deaf" -> () -> new Deaf(loop, to);
                      default -> throw new IllegalArgumentException("no such crowd: " + kind);
                    })));
    return crowds;
  }

  void start(long now) {
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      member.loop.at(now + SPREAD_NANOS * i / members.size(), member);
    }
  }

  /** {@code "KIND":{...}}; must match {@code overload.Crowds}. */
  String json() {
    long connected = 0;
    long served = 0;
    long answers = 0;
    long refusals = 0;
    long lost = 0;
    long attempts = 0;
    long bytes = 0;
    long allServedBy = 0;
    for (Member m : members) {
      connected += m.connected ? 1 : 0;
      served += m.connected && m.answers > 0 ? 1 : 0;
      answers += m.allAnswers;
      refusals += m.refusals;
      lost += m.lost;
      attempts += m.attempts;
      bytes += m.bytes;
      allServedBy = Math.max(allServedBy, m.firstAnswer);
    }
    return ("\"%s\":{\"count\":%d,\"attempts\":%d,\"connected\":%d,\"served\":%d,\"answers\":%d,"
            + "\"refused\":%d,\"lost\":%d,\"bytes\":%d,\"lastFirstAnswerNanos\":%d}")
        .formatted(
            kind,
            members.size(),
            attempts,
            connected,
            served,
            answers,
            refusals,
            lost,
            bytes,
            allServedBy);
  }

  /** One of a crowd: comes again, and again. */
  abstract static class Member extends Peer {
    /** On this connection. */
    long answers;

    long allAnswers;
    long attempts;

    /** Connections that were ended before any answer. */
    long refusals;

    /** Connections that were ended after one. */
    long lost;

    /** Sent. */
    long bytes;

    /** How long after its first attempt; 0 if never. */
    long firstAnswer;

    private long first;
    private final Frames.Parser parser = new Frames.Parser();
    private long now;

    Member(EventLoop loop, InetSocketAddress to) {
      super(loop, to);
    }

    /** Its next time, while it is connected. */
    abstract void act(long now) throws IOException;

    /** An answer has come. */
    void answered(long now) {}

    @Override
    final void alarm(long now) throws IOException {
      if (fd < 0) {
        first = attempts == 0 ? now : first;
        attempts++;
        answers = 0;
        parser.clear();
        connect(now);
      } else if (connected) {
        act(now);
      }
    }

    @Override
    void connected(long now) throws IOException {
      act(now);
    }

    @Override
    final void came(MemorySegment in, long n, long now) throws IOException {
      this.now = now;
      parser.take(in, n, this::answer);
    }

    private boolean answer(long id, boolean ok) {
      answers++;
      allAnswers++;
      firstAnswer = firstAnswer == 0 ? now - first : firstAnswer;
      answered(now);
      return true;
    }

    @Override
    final void gone(long now, boolean reset) {
      if (answers == 0) {
        refusals++;
      } else {
        lost++;
      }
      loop.at(now + AGAIN_NANOS, this);
    }
  }

  /** Slow loris: a byte of a request every five seconds. */
  private static final class Loris extends Member {
    private static final long PAUSE_NANOS = 5_000_000_000L;
    private static final MemorySegment WHOLE = Sys.allocate(Frames.REQUEST);

    static {
      Frames.request(WHOLE, 0, 0, Frames.REQUEST);
    }

    private long sent;

    Loris(EventLoop loop, InetSocketAddress to) {
      super(loop, to);
    }

    @Override
    void connected(long now) throws IOException {
      sent = 0;
      super.connected(now);
    }

    @Override
    void act(long now) {
      if (Sys.send(fd, WHOLE.address() + sent % Frames.REQUEST, 1) == 1) {
        sent++;
        bytes++;
      }
      loop.at(now + PAUSE_NANOS, this);
    }
  }

  /** An honest client that is there and asks for little, once a second. */
  private static final class Stayer extends Member {
    private static final long PAUSE_NANOS = 1_000_000_000;
    private static final MemorySegment WHOLE = Sys.allocate(Frames.REQUEST);

    Stayer(EventLoop loop, InetSocketAddress to) {
      super(loop, to);
    }

    /** Waits for its answer, and only then for the next second. */
    @Override
    void act(long now) {
      Frames.request(WHOLE, 0, 0, Frames.REQUEST);
      bytes += Math.max(0, Sys.send(fd, WHOLE, Frames.REQUEST));
    }

    @Override
    void answered(long now) {
      loop.at(now + PAUSE_NANOS, this);
    }
  }

  /** Requests of 64 KiB with small answers, 100 MiB a second if the server takes them. */
  private static final class Flood extends Member {
    private static final double BYTES_A_NANO = 100 * 1024 * 1024 / 1e9;
    private static final long PAUSE_NANOS = 200_000;
    private static final int SIZE = 64 * 1024;
    private static final MemorySegment WHOLE = Sys.allocate(SIZE);

    static {
      Frames.request(WHOLE, 0, 0, SIZE);
    }

    private long since;
    private long mine;

    Flood(EventLoop loop, InetSocketAddress to) {
      super(loop, to);
    }

    @Override
    void connected(long now) throws IOException {
      since = now;
      mine = 0;
      super.connected(now);
    }

    @Override
    void act(long now) {
      long due = (long) ((now - since) * BYTES_A_NANO);
      while (mine < due) {
        long offset = mine % SIZE;
        long took = Sys.send(fd, WHOLE.address() + offset, SIZE - offset);
        if (took <= 0) {
          break;
        }
        mine += took;
        bytes += took;
      }
      loop.at(now + PAUSE_NANOS, this);
    }
  }

  /** Asks for large answers and reads none. */
  private static final class Deaf extends Member {
    private static final int SIZE = 64 * 1024;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final MemorySegment WHOLE = Sys.allocate(SIZE);

    static {
      Frames.request(WHOLE, 0, Frames.ECHO, SIZE);
    }

    private long mine;

    Deaf(EventLoop loop, InetSocketAddress to) {
      super(loop, to);
    }

    @Override
    void connected(long now) throws IOException {
      mine = 0;
      loop.change(this, EventLoop.ERR | EventLoop.HUP);
      super.connected(now);
    }

    @Override
    void act(long now) {
      long offset = mine % SIZE;
      long took = Sys.send(fd, WHOLE.address() + offset, SIZE - offset);
      mine += Math.max(0, took);
      bytes += Math.max(0, took);
      loop.at(now + PAUSE_NANOS, this);
    }
  }
}
