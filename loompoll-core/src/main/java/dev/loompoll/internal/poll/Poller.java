package dev.loompoll.internal.poll;

import dev.loompoll.internal.sched.NetPoll;
import dev.loompoll.internal.sched.PollLoop;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The contract of a back end. {@link FD} asks it for whole operations and does not know how they
 * come about: a readiness back end ({@link ReadinessPoller}) tries, and waits after EAGAIN; a
 * completion back end submits, and waits for the result.
 *
 * <p>A back end defines:
 *
 * <dl>
 *   <dt>{@link #register}
 *   <dd>begins to watch a descriptor, once for its life. No call undoes it: closing does.
 *   <dt>{@link #read}, {@link #write}, {@link #accept}, {@link #connect}, {@link #awaitRaw}
 *   <dd>one operation. They block the calling thread, virtual or platform, never its carrier; they
 *       begin with {@link PollDesc#check}, and end early with what it says. They move some bytes or
 *       give a reason. Interrupted system calls are repeated. The caller holds the lock of the
 *       direction, so at most one runs at a time for each.
 *   <dt>{@link #poll}
 *   <dd>sees what has happened and wakes those who wait for it: {@link PollDesc#ready}. Any number
 *       of threads at once may poll with a timeout of 0; only the owner of the loop may block.
 *   <dt>{@link #wake}
 *   <dd>makes a blocking poll return. Sticky: the next one, if none blocks now. A poll that does
 *       not block must not swallow it.
 *   <dt>{@link #closeDescriptor}
 *   <dd>closes the descriptor, when no operation is under way any more.
 * </dl>
 *
 * <p>A descriptor stays with the poller it was registered with, whatever P its goroutine runs on.
 * Results are errno values and {@link Result} codes, never exceptions.
 */
public abstract class Poller implements NetPoll {
  private @Nullable PollLoop loop;
  private @Nullable PollCache cache;

  /** Once, before anything polls. */
  public final void attach(PollLoop loop) {
    this.loop = loop;
    this.cache = new PollCache(loop);
  }

  final PollCache cache() {
    return Objects.requireNonNull(cache, "attach() comes first");
  }

  /** The PollDesc of an event's token, for back ends. */
  protected final PollDesc descriptor(long token) {
    return cache().of(token);
  }

  public final PollLoop loop() {
    return Objects.requireNonNull(loop, "attach() comes first");
  }

  /** How many descriptors it watches now. */
  public final int registered() {
    return cache().inUse();
  }

  /** How many threads wait for one of them, counted now: looks at every slot. */
  public final int waiters() {
    return cache().waiters();
  }

  /** Begins to watch; 0 or an errno. */
  protected abstract int register(FD fd);

  /**
   * Reads some bytes into {@code heap} or, when that is null, into the direct buffer: at least one,
   * or {@link Result#EOF}. {@code length} is not 0. Who has not waited says so by {@link
   * Result#DUE} beside the count.
   */
  protected abstract long read(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length);

  /** Writes some bytes, at least one. {@code length} is not 0. */
  protected abstract long write(
      FD fd, byte @Nullable [] heap, @Nullable ByteBuffer direct, int offset, int length);

  /**
   * Accepts a connection; the count is its descriptor.
   *
   * @param address receives the peer's address, {@code length[0]} its length
   */
  protected abstract long accept(FD fd, byte[] address, int[] length);

  /** Connects, and registers. */
  protected abstract int connect(FD fd, byte[] address);

  /** Waits until the descriptor is ready for a raw operation that has just said "would block". */
  protected abstract int awaitRaw(FD fd, boolean write);

  /** Before the first try of a raw operation: forgets readiness seen so far. */
  protected abstract int prepareRaw(FD fd, boolean write);

  /** Closes; 0 or an errno. The PollDesc is released by the caller, afterwards. */
  protected abstract int closeDescriptor(FD fd);
}
