package dev.loompoll.cli;

import dev.loompoll.Conn;
import dev.loompoll.server.Codecs;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/** The echo server under one of the models of {@code loompoll-server}. */
record ServerEcho(Server server) implements EchoServer {
  /** Who types into netcat may think for a while. */
  private static final Duration IDLE = Duration.ofHours(1);

  static ServerEcho start(Model model, String address, Consumer<Throwable> failures)
      throws IOException {
    Server.Builder<?, ?> builder =
        Server.builder()
            .listen("tcp", address)
            .model(model)
            .limits(Limits.builder().idleTimeout(IDLE).build())
            .onFailure(failures);
    return new ServerEcho(
        model.givesConn()
            ? builder.connHandler(ServerEcho::echo).start()
            : builder.handler(Codecs.bytes(), (request, reply) -> reply.send(request)).start());
  }

  /** One connection: plain blocking code on a goroutine or a thread of its own. */
  private static void echo(Conn conn) throws IOException {
    byte[] packet = new byte[4096];
    for (int n; (n = conn.read(packet)) > 0; ) {
      conn.write(packet, 0, n);
    }
  }

  @Override
  public InetSocketAddress address() {
    return server.address();
  }

  @Override
  public int stop() throws IOException, InterruptedException {
    return server.stopAccepting();
  }

  @Override
  public int end(Duration patience) throws IOException, InterruptedException {
    return server.drain(patience).forced();
  }

  @Override
  public void hurry() {
    server.hurry();
  }
}
