package dev.loompoll.bench.server;

/** What the JDK offers: {@code java.net} sockets, a virtual thread per connection. */
public final class JdkVirtualEcho {
  private JdkVirtualEcho() {}

  public static void main(String[] args) throws Exception {
    SocketEcho.serve(ServerOptions.parse(args), Thread.ofVirtual().factory());
  }
}
