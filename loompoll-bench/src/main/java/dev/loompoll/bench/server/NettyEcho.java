package dev.loompoll.bench.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import java.net.InetSocketAddress;

/** Netty, set up as its echo example is; which of its transports is for the caller to say. */
final class NettyEcho {
  private NettyEcho() {}

  static void serve(
      ServerOptions options, IoHandlerFactory transport, Class<? extends ServerChannel> listener)
      throws Exception {
    int threads =
        options.procs() > 0 ? options.procs() : Runtime.getRuntime().availableProcessors();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(threads, transport);
    Channel channel =
        new ServerBootstrap()
            .group(group)
            .channel(listener)
            .option(ChannelOption.SO_BACKLOG, options.backlog())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(options.buffer()))
            // else what waits to be written is lost when the peer has ended its side
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection.pipeline().addLast(NettyEchoHandler.INSTANCE);
                  }
                })
            .bind(options.host(), options.port())
            .sync()
            .channel();
    options.listening(
        (InetSocketAddress) channel.localAddress(), group::execute, ServerOptions.Turns.NOTHING);
    channel.closeFuture().sync();
  }
}
