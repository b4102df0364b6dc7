package dev.loompoll.server;

import java.time.Duration;

/**
 * What a server bears. Every value has a safe default; {@code docs/overload.md} says what each
 * protects from and how to size it.
 *
 * @param softLimit at so many connections it stops accepting, and the kernel's backlog holds those
 *     that come; 0 is none
 * @param patience what has waited so long in the backlog is accepted all the same, up to the hard
 *     limit
 * @param hardLimit beyond so many connections one is accepted and closed at once, or answered by
 *     {@link Server.Builder#refusal}; the default is what {@code ulimit -n} allows, less some
 * @param perPeer so many connections from one address; 0 is any number
 * @param acceptRate so many connections a second, in bursts of at most a tenth of that; 0 is any
 *     number
 * @param limiter how many requests may be handled at once
 * @param queue so many requests wait for that at most
 * @param target while the queue is never empty, a request waits no longer than this (CoDel's
 *     target)
 * @param interval for so long the queue must not have been empty before the target holds; until
 *     then a request may wait for this long (CoDel's interval)
 * @param headerTimeout a request must be whole this long after its first byte
 * @param idleTimeout a connection may be without a request for this long
 * @param minRate bytes a second that a client must send within a request, measured after {@link
 *     #minRateGrace()}; 0 is none
 * @param minRateGrace see there
 * @param writeStall a client must read something this often while it has something to read
 * @param writeHigh bytes waiting to be sent on a connection at which its requests are not read any
 *     more
 * @param writeLow bytes at which they are read again
 * @param channel how many requests and how many answers the channels of {@link Model#PIPELINE} hold
 * @param heapWatermark the part of the heap, 0.1 to 0.99, that may be full after a collection:
 *     beyond it idle timeouts become shorter, and half-way to 1 nothing is accepted any more
 */
public record Limits(
    int softLimit,
    Duration patience,
    int hardLimit,
    int perPeer,
    int acceptRate,
    Limiter limiter,
    int queue,
    Duration target,
    Duration interval,
    Duration headerTimeout,
    Duration idleTimeout,
    int minRate,
    Duration minRateGrace,
    Duration writeStall,
    int writeHigh,
    int writeLow,
    int channel,
    double heapWatermark) {

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** The defaults. */
  public static Limits defaults() {
    return builder().build();
  }

  /** Checks the ranges and that nothing contradicts. */
  public Limits {
    notNegative("softLimit", softLimit);
    positive("hardLimit", hardLimit);
    notNegative("perPeer", perPeer);
    notNegative("acceptRate", acceptRate);
    positive("queue", queue);
    notNegative("minRate", minRate);
    positive("writeLow", writeLow);
    positive("writeHigh", writeHigh);
    positive("channel", channel);
    positive("patience", patience);
    positive("target", target);
    positive("interval", interval);
    positive("headerTimeout", headerTimeout);
    positive("idleTimeout", idleTimeout);
    positive("minRateGrace", minRateGrace);
    positive("writeStall", writeStall);
    ordered("softLimit", softLimit, "hardLimit", hardLimit);
    ordered("perPeer", perPeer, "hardLimit", hardLimit);
    ordered("writeLow", writeLow, "writeHigh", writeHigh);
    if (target.compareTo(interval) > 0) {
      throw contradiction("target", target, "interval", interval);
    }
    if (!(heapWatermark >= 0.1 && heapWatermark <= 0.99)) {
      throw new IllegalArgumentException(
          "heapWatermark " + heapWatermark + " is not from 0.1 to 0.99");
    }
  }

  private static void notNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " is negative: " + value);
    }
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is not positive: " + value);
    }
  }

  private static void positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " is not positive: " + value);
    }
  }

  private static void ordered(String lower, int value, String upper, int bound) {
    if (value > bound) {
      throw contradiction(lower, value, upper, bound);
    }
  }

  private static IllegalArgumentException contradiction(
      String lower, Object value, String upper, Object bound) {
    return new IllegalArgumentException(
        lower + " " + value + " is more than " + upper + " " + bound);
  }

  /** Changes defaults. Not for several threads. */
  public static final class Builder {
    private int softLimit;
    private Duration patience = Duration.ofSeconds(1);
    private int hardLimit; // 0: by the descriptors
    private int perPeer;
    private int acceptRate;
    private Limiter limiter = Limiter.gradient(Runtime.getRuntime().availableProcessors(), 10_000);
    private int queue = 1_000;
    private Duration target = Duration.ofMillis(5);
    private Duration interval = Duration.ofMillis(100);
    private Duration headerTimeout = Duration.ofSeconds(10);
    private Duration idleTimeout = Duration.ofMinutes(1);
    private int minRate = 100;
    private Duration minRateGrace = Duration.ofSeconds(5);
    private Duration writeStall = Duration.ofSeconds(10);
    private int writeHigh = 256 * 1024;
    private int writeLow = 64 * 1024;
    private int channel = 16;
    private double heapWatermark = 0.85;

    private Builder() {}

    /** See {@link Limits#softLimit()}. */
    public Builder softLimit(int n) {
      softLimit = n;
      return this;
    }

    /** See {@link Limits#patience()}. */
    public Builder patience(Duration d) {
      patience = d;
      return this;
    }

    /** See {@link Limits#hardLimit()}. */
    public Builder hardLimit(int n) {
      if (n < 1) {
        throw new IllegalArgumentException("hardLimit is not positive: " + n);
      }
      hardLimit = n;
      return this;
    }

    /** See {@link Limits#perPeer()}. */
    public Builder perPeer(int n) {
      perPeer = n;
      return this;
    }

    /** See {@link Limits#acceptRate()}. */
    public Builder acceptRate(int perSecond) {
      acceptRate = perSecond;
      return this;
    }

    /** See {@link Limits#limiter()}. One for each server. */
    public Builder limiter(Limiter l) {
      limiter = l;
      return this;
    }

    /** See {@link Limits#queue()}. */
    public Builder queue(int n) {
      queue = n;
      return this;
    }

    /** See {@link Limits#target()}. */
    public Builder target(Duration d) {
      target = d;
      return this;
    }

    /** See {@link Limits#interval()}. */
    public Builder interval(Duration d) {
      interval = d;
      return this;
    }

    /** See {@link Limits#headerTimeout()}. */
    public Builder headerTimeout(Duration d) {
      headerTimeout = d;
      return this;
    }

    /** See {@link Limits#idleTimeout()}. */
    public Builder idleTimeout(Duration d) {
      idleTimeout = d;
      return this;
    }

    /** See {@link Limits#minRate()}. */
    public Builder minRate(int bytesPerSecond, Duration grace) {
      minRate = bytesPerSecond;
      minRateGrace = grace;
      return this;
    }

    /** See {@link Limits#writeStall()}. */
    public Builder writeStall(Duration d) {
      writeStall = d;
      return this;
    }

    /** See {@link Limits#writeLow()} and {@link Limits#writeHigh()}. */
    public Builder writeMarks(int low, int high) {
      writeLow = low;
      writeHigh = high;
      return this;
    }

    /** See {@link Limits#channel()}. */
    public Builder channel(int n) {
      channel = n;
      return this;
    }

    /** See {@link Limits#heapWatermark()}. */
    public Builder heapWatermark(double part) {
      heapWatermark = part;
      return this;
    }

    /**
     * What was set.
     *
     * @throws IllegalArgumentException if a value is out of range, or two contradict; with names
     *     and values
     */
    public Limits build() {
      return new Limits(
          softLimit,
          patience,
          hardLimit == 0 ? Descriptors.forConnections(softLimit) : hardLimit,
          perPeer,
          acceptRate,
          limiter,
          queue,
          target,
          interval,
          headerTimeout,
          idleTimeout,
          minRate,
          minRateGrace,
          writeStall,
          writeHigh,
          writeLow,
          channel,
          heapWatermark);
    }
  }
}
