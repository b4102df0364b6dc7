package dev.loompoll.bench.load;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/**
 * A client that sends requests of a {@link Book} as they are due, whatever it waits for, and takes
 * answers in any order. What it has outstanding is a list in the order of sending.
 */
abstract class Asking extends Peer {
  private static final int NONE = -1;
  private static final MemorySegment OUT = Sys.allocate(Frames.REQUEST);

  final Book book;
  private final int work;
  private final Frames.Parser parser = new Frames.Parser();

  /** The list: from the oldest without an answer to the newest. */
  private int head = NONE;

  private int tail = NONE;

  /** The first in it that is not sent whole, and how much of it is. */
  private int unsent = NONE;

  private int part;
  private boolean full;
  private long now;

  Asking(EventLoop loop, InetSocketAddress to, Book book, int work) {
    super(loop, to);
    this.book = book;
    this.work = work;
  }

  /** An answer was taken; it may close. */
  abstract void answered() throws IOException;

  /** The connection is gone, and what was outstanding on it counts as such. */
  abstract void lost(long now, boolean reset) throws IOException;

  final boolean asks() {
    return head != NONE;
  }

  /** Sends it, now or as soon as there is a connection and room. */
  final void ask(int request, long now) throws IOException {
    book.next[request] = NONE;
    if (head == NONE) {
      head = request;
    } else {
      book.next[tail] = request;
    }
    tail = request;
    if (unsent == NONE) {
      unsent = request;
      part = 0;
    }
    if (connected && !full) {
      push();
    }
  }

  /** Of the first that is not sent, what the kernel takes; returns whether it took anything. */
  private boolean sendSome() {
    Frames.request(OUT, unsent, work, Frames.REQUEST);
    long took = Sys.send(fd, OUT.address() + part, Frames.REQUEST - part);
    if (took <= 0) {
      return false;
    }
    part += (int) took;
    if (part == Frames.REQUEST) {
      book.sent(unsent);
      unsent = book.next[unsent];
      part = 0;
    }
    return true;
  }

  @Override
  final boolean sendsAtOnce() {
    return unsent != NONE && sendSome();
  }

  private void push() throws IOException {
    while (unsent != NONE) {
      if (!sendSome()) {
        if (!full) { // or broken: then an event tells
          full = true;
          loop.change(this, EventLoop.IN | EventLoop.OUT);
        }
        return;
      }
    }
    if (full) {
      full = false;
      loop.change(this, EventLoop.IN);
    }
  }

  @Override
  final void connected(long now) throws IOException {
    push();
  }

  @Override
  final void writable(long now) throws IOException {
    push();
  }

  @Override
  final void came(MemorySegment bytes, long n, long now) throws IOException {
    this.now = now;
    parser.take(bytes, n, this::answer);
  }

  private boolean answer(long id, boolean served) throws IOException {
    remove(id);
    book.answered((int) id, served, now);
    answered();
    return fd >= 0;
  }

  /** It is the first, nearly always. */
  private void remove(long id) throws IOException {
    int before = NONE;
    int at = head;
    while (at != NONE && at != id) {
      before = at;
      at = book.next[at];
    }
    if (at == NONE || book.fate(at) != Book.Fate.SENT) {
      throw new IOException("an answer to " + id + ", which was not asked on this connection");
    }
    int after = book.next[at];
    if (before == NONE) {
      head = after;
    } else {
      book.next[before] = after;
    }
    if (tail == at) {
      tail = before;
    }
  }

  @Override
  final void gone(long now, boolean reset) throws IOException {
    for (int i = head; i != NONE; i = book.next[i]) {
      book.closed(i, now);
    }
    forget();
    lost(now, reset);
  }

  /** For a new connection. */
  final void forget() {
    head = NONE;
    tail = NONE;
    unsent = NONE;
    part = 0;
    full = false;
    parser.clear();
  }
}
