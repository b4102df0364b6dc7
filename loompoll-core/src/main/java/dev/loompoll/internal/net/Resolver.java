package dev.loompoll.internal.net;

import java.io.InterruptedIOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Host names to addresses, by the JDK's resolver. */
public final class Resolver {
  private Resolver() {}

  /**
   * The addresses of a host that suit the network, in the resolver's order; not empty. Blocks the
   * calling thread, not its carrier: the C library's resolver would hold that for seconds.
   *
   * @param host a name or a literal address
   */
  public static List<InetAddress> resolve(String network, String host)
      throws UnknownHostException, InterruptedIOException {
    List<InetAddress> suitable = new ArrayList<>();
    for (InetAddress a : lookUp(host)) {
      if (switch (network) {
        case "tcp4" -> a instanceof Inet4Address;
        case "tcp6" -> a instanceof Inet6Address;
        default -> true;
      }) {
        suitable.add(a);
      }
    }
    if (suitable.isEmpty()) {
      throw new UnknownHostException(host + ": no suitable address for " + network);
    }
    return suitable;
  }

  private static InetAddress[] lookUp(String host)
      throws UnknownHostException, InterruptedIOException {
    if (isLiteral(host) || !Thread.currentThread().isVirtual()) {
      return InetAddress.getAllByName(host);
    }
    FutureTask<InetAddress[]> task = new FutureTask<>(() -> InetAddress.getAllByName(host));
    Lookups.THREADS_FOR_LOOKUPS.execute(task);
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("lookup " + host + ": interrupted");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownHostException u) {
        throw u;
      }
      throw new UnknownHostException(host + ": " + e.getCause());
    }
  }

  private static boolean isLiteral(String host) {
    return host.indexOf(':') >= 0 || host.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9');
  }
}
