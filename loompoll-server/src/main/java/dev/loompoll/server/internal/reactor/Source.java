package dev.loompoll.server.internal.reactor;

/** Something that an {@link EventLoop} watches. All methods run on the loop's thread. */
abstract class Source implements Runnable {
  static final long NONE = -1;

  /** Slot and generation while it is watched, else {@link #NONE}. The loop's. */
  long token = NONE;

  /** Whether it waits for a turn that it asked for by {@link EventLoop#again}. The loop's. */
  boolean awaitsTurn;

  /** When {@link EventLoop#alarm} was asked to ring. The loop's. */
  long alarmAt;

  /** When {@link #departs} is to be called, after {@link EventLoop#depart}. The loop's. */
  long departsAt;

  /** Events of an edge-triggered epoll: what has changed is told once. */
  abstract void ready(int events);

  /** A turn that it asked for, or that somebody posted for it. */
  @Override
  public abstract void run();

  /** Whether {@link #sweep} is of use. Does not change. */
  boolean swept() {
    return false;
  }

  /**
   * From time to time.
   *
   * @return whether there was more to do than to look at the time
   */
  boolean sweep(long now) {
    return false;
  }

  /** The time that was given to {@link EventLoop#depart} has come. */
  void departs(long now) {}

  /** The loop ends. */
  abstract void abandon();
}
