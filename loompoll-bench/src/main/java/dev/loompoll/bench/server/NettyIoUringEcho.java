package dev.loompoll.bench.server;

import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

/** Netty over io_uring, by its own native library. */
public final class NettyIoUringEcho {
  private NettyIoUringEcho() {}

  public static void main(String[] args) throws Exception {
    IoUring.ensureAvailability();
    NettyEcho.serve(
        ServerOptions.parse(args), IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
  }
}
