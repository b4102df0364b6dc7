package dev.loompoll.bench.server;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;

/** Netty over epoll, by its own native library. */
public final class NettyEpollEcho {
  private NettyEpollEcho() {}

  public static void main(String[] args) throws Exception {
    Epoll.ensureAvailability();
    NettyEcho.serve(
        ServerOptions.parse(args), EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
  }
}
