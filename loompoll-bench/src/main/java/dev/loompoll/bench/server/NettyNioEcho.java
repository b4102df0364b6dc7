package dev.loompoll.bench.server;

import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** Netty over the JDK's selector. */
public final class NettyNioEcho {
  private NettyNioEcho() {}

  public static void main(String[] args) throws Exception {
    NettyEcho.serve(
        ServerOptions.parse(args), NioIoHandler.newFactory(), NioServerSocketChannel.class);
  }
}
