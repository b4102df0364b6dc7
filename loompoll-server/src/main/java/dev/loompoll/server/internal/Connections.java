package dev.loompoll.server.internal;

import dev.loompoll.server.Refused;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one server that are open. Each is added before anything is done for it, and
 * removed when its descriptor is closed.
 */
public final class Connections {
  private final Set<Served> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch empty = new CountDownLatch(1);

  /** Set once, by {@link #drain}; read after each change of {@link #open}. */
  private volatile boolean draining;

  /** Of a connection that comes while the others drain, it is drained too. */
  public void add(Served conn) {
    open.add(conn);
    if (draining) {
      conn.drain();
    }
  }

  public void remove(Served conn) {
    open.remove(conn);
    if (draining && open.isEmpty()) {
      empty.countDown();
    }
  }

  public int size() {
    return open.size();
  }

  /** After the last connection was accepted. Returns how many are to end. */
  public int drain() {
    draining = true; // before the set is looked at: who is removed later sees it
    int n = 0;
    for (Served conn : open) {
      conn.drain();
      n++;
    }
    if (open.isEmpty()) {
      empty.countDown();
    }
    return n;
  }

  /** After {@link #drain}: whether none is left, within the time. */
  public boolean awaitEmpty(long nanos) throws InterruptedException {
    return empty.await(nanos, TimeUnit.NANOSECONDS);
  }

  /** Closes all; returns how many there were. */
  public int abort() {
    int n = 0;
    for (Served conn : open) {
      conn.abort(null);
      n++;
    }
    return n;
  }

  /**
   * Closes the one that has been idle for longest, if one is idle: looks at all of them.
   *
   * @return whether there was one
   */
  public boolean cull() {
    @Nullable Served longest = null;
    long since = Served.BUSY;
    for (Served conn : open) {
      long idleSince = conn.idleSince();
      if (idleSince != Served.BUSY && (longest == null || idleSince - since < 0)) {
        longest = conn;
        since = idleSince;
      }
    }
    if (longest == null) {
      return false;
    }
    longest.abort(Refused.CULLED);
    return true;
  }
}
