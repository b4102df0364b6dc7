package dev.loompoll.bench.server;

/** What the JDK has always offered: {@code java.net} sockets, an OS thread per connection. */
public final class JdkPlatformEcho {
  private JdkPlatformEcho() {}

  public static void main(String[] args) throws Exception {
    SocketEcho.serve(ServerOptions.parse(args), Thread.ofPlatform().daemon().factory());
  }
}
