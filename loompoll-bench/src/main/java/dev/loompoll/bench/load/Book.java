package dev.loompoll.bench.load;

import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.StringJoiner;

/**
 * Every request of an open loop: when it is due, and what became of it. Each ends in exactly one of
 * the fates, so that what is due is their sum.
 */
final class Book {
  /** What became of a request. */
  enum Fate {
    /** Its time has not come, or it waits for room on its connection. */
    WAITING,
    /** The kernel has it. */
    SENT,
    /** Answered: done. */
    SERVED,
    /** Answered: not done. */
    REFUSED,
    /** Its connection was closed, reset or never made. */
    CLOSED,
    /** At the end there is no answer. */
    UNANSWERED,
    /** Not taken by a connection: too many outstanding, or none there. */
    NOT_SENT
  }

  /**
   * A stretch of time with a rate.
   *
   * @param perSecond requests
   */
  record Phase(double perSecond, long millis) {
    int count() {
      return (int) Math.min(Integer.MAX_VALUE, Math.round(perSecond * millis / 1e3));
    }
  }

  /** How finely it is told what changed when. */
  static final long WINDOW = 200_000_000;

  /** An answer that comes later is of no use to whoever waits for it. */
  private static final long IN_TIME = 100_000_000;

  /** As many as the memory is for. */
  private static final int MOST = 4_000_000;

  private static final int NONE = -1;
  private static final Fate[] FATES = Fate.values();

  private final List<Phase> phases;
  private final int[] firsts;
  private final byte[] fates;
  private final Latencies[] served;
  private final Latencies[] refused;
  private final Latencies[] lag;
  private final long[] done;
  private final long[] inTime;
  private final long[] sent;
  private final Latencies[] windowServed;
  private final int[] windowRefused;
  private final long[] starts;
  private long begin;

  /** When each is due, from the beginning. */
  private final long[] due;

  /** The one after it on its connection, or {@link #NONE}; for {@link Asking}. */
  final int[] next;

  private long outstanding;

  Book(List<Phase> phases, long seed) {
    this.phases = phases;
    int n = phases.size();
    firsts = new int[n + 1];
    starts = new long[n + 1];
    for (int p = 0; p < n; p++) {
      long sum = (long) firsts[p] + phases.get(p).count();
      if (sum > MOST) {
        throw new IllegalArgumentException("more than " + MOST + " requests");
      }
      firsts[p + 1] = (int) sum;
      starts[p + 1] = starts[p] + phases.get(p).millis() * 1_000_000;
    }
    int count = firsts[n];
    due = new long[count];
    next = new int[count];
    fates = new byte[count];
    schedule(new SplittableRandom(seed));
    served = latencies(n);
    refused = latencies(n);
    lag = latencies(n);
    done = new long[n];
    inTime = new long[n];
    sent = new long[n];
    int windows = (int) Math.ceilDiv(starts[n], WINDOW);
    windowServed = latencies(windows);
    windowRefused = new int[windows];
  }

  private static Latencies[] latencies(int n) {
    Latencies[] all = new Latencies[n];
    for (int i = 0; i < n; i++) {
      all[i] = new Latencies();
    }
    return all;
  }

  /** One in each interval, anywhere in it. */
  private void schedule(SplittableRandom random) {
    for (int p = 0; p < phases.size(); p++) {
      double interval = 1e9 / phases.get(p).perSecond();
      for (int i = firsts[p]; i < firsts[p + 1]; i++) {
        due[i] = starts[p] + (long) ((i - firsts[p] + random.nextDouble()) * interval);
      }
    }
  }

  /** Now it begins. */
  void begin(long now) {
    begin = now;
  }

  int count() {
    return due.length;
  }

  /** On {@link System#nanoTime}'s scale. */
  long due(int i) {
    return begin + due[i];
  }

  long beginning() {
    return begin;
  }

  /** Of the last phase. */
  long end() {
    return begin + starts[phases.size()];
  }

  /** How many the kernel has and nobody has answered. */
  long outstanding() {
    return outstanding;
  }

  Fate fate(int i) {
    return FATES[fates[i]];
  }

  /** It is looked at, so late: the generator's own doing. */
  void looked(int i, long now) {
    lag[phase(i)].record(now - due(i));
  }

  void sent(int i) {
    set(i, Fate.SENT);
    sent[phase(i)]++;
    outstanding++;
  }

  void answered(int i, boolean ok, long now) {
    long latency = now - due(i);
    int phase = phase(i);
    set(i, ok ? Fate.SERVED : Fate.REFUSED);
    outstanding--;
    (ok ? served : refused)[phase].record(latency);
    if (!ok) {
      windowRefused[window(i)]++;
      return;
    }
    windowServed[window(i)].record(latency);
    if (latency <= IN_TIME) {
      inTime[phase]++;
    }
    int then = phaseAt(now - begin);
    if (then < done.length) {
      done[then]++;
    }
  }

  /** The server has ended its connection; also for one that was not sent. */
  void closed(int i, long now) {
    if (fate(i) == Fate.SENT) {
      outstanding--;
    }
    set(i, Fate.CLOSED);
    refused[phase(i)].record(now - due(i));
    windowRefused[window(i)]++;
  }

  void notSent(int i) {
    set(i, Fate.NOT_SENT);
    windowRefused[window(i)]++;
  }

  /** What is not answered by now will not be. */
  void close() {
    for (int i = 0; i < fates.length; i++) {
      if (fate(i) == Fate.WAITING) {
        notSent(i);
      } else if (fate(i) == Fate.SENT) {
        set(i, Fate.UNANSWERED);
        windowRefused[window(i)]++;
      }
    }
    outstanding = 0;
  }

  private void set(int i, Fate fate) {
    fates[i] = (byte) fate.ordinal();
  }

  private int phase(int i) {
    int p = 0;
    while (i >= firsts[p + 1]) {
      p++;
    }
    return p;
  }

  private int phaseAt(long time) {
    int p = 0;
    while (p < phases.size() && time >= starts[p + 1]) {
      p++;
    }
    return p;
  }

  private int window(int i) {
    return (int) Math.min(due[i] / WINDOW, windowRefused.length - 1);
  }

  /** {@code "phases":[...],"windows":[...]}; must match {@code overload.Offer}. */
  String json() {
    StringJoiner all = new StringJoiner(",");
    for (int p = 0; p < phases.size(); p++) {
      all.add(json(p));
    }
    StringJoiner windows = new StringJoiner(",");
    for (int w = 0; w < windowRefused.length; w++) {
      windows.add(
          "{\"served\":%d,\"refused\":%d,\"p99\":%d}"
              .formatted(
                  windowServed[w].total(), windowRefused[w], windowServed[w].percentile(0.99)));
    }
    return "\"phases\":[%s],\"windowMillis\":%d,\"windows\":[%s]"
        .formatted(all, WINDOW / 1_000_000, windows);
  }

  private String json(int p) {
    long[] counts = new long[FATES.length];
    for (int i = firsts[p]; i < firsts[p + 1]; i++) {
      counts[fates[i]]++;
    }
    return String.format(
        Locale.ROOT,
        "{\"perSecond\":%.3f,\"millis\":%d,\"due\":%d,\"sent\":%d,\"served\":%d,\"refused\":%d,"
            + "\"closed\":%d,\"unanswered\":%d,\"notSent\":%d,\"done\":%d,\"inTime\":%d,"
            + "\"lag\":%s,\"latency\":%s,\"refusal\":%s}",
        phases.get(p).perSecond(),
        phases.get(p).millis(),
        firsts[p + 1] - firsts[p],
        sent[p],
        counts[Fate.SERVED.ordinal()],
        counts[Fate.REFUSED.ordinal()],
        counts[Fate.CLOSED.ordinal()],
        counts[Fate.UNANSWERED.ordinal()],
        counts[Fate.NOT_SENT.ordinal()],
        done[p],
        inTime[p],
        json(lag[p]),
        json(served[p]),
        json(refused[p]));
  }

  static String json(Latencies l) {
    return "{\"p50\":%d,\"p99\":%d,\"max\":%d}"
        .formatted(l.percentile(0.5), l.percentile(0.99), l.max());
  }
}
