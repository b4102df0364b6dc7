package dev.loompoll.internal.sched;

/**
 * Without the hook into the JDK, a thread owns a poll loop and unparks the virtual threads, which
 * the JDK's scheduler runs.
 */
public final class PollThread extends Thread {
  private final PollLoop loop;
  private final NetPoll.Buffer buffer;

  public PollThread(int number, PollLoop loop) {
    super(null, null, "loompoll-poll" + number, 0, false);
    this.loop = loop;
    this.buffer = loop.net().newBuffer();
    setDaemon(true);
  }

  @Override
  public void run() {
    for (; ; ) {
      loop.pollBlocking(buffer);
    }
  }
}
