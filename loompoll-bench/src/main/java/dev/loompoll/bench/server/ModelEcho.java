package dev.loompoll.bench.server;

import static dev.loompoll.Loompoll.go;

import dev.loompoll.ListenConfig;
import dev.loompoll.bench.overload.Busy;
import dev.loompoll.server.Codecs;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Limiter;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Server;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * An echo under a model of servers: {@code --model NAME}, and then what all servers are told. Its
 * limits are so wide that nothing is shed: models are compared here, not what they do in overload.
 */
public final class ModelEcho {
  private static final int AT_ONCE = 100_000;

  private ModelEcho() {}

  public static void main(String[] args) throws Exception {
    if (args.length < 2 || !args[0].equals("--model")) {
      throw new IllegalArgumentException("--model NAME comes first");
    }
    Model model = Model.valueOf(args[1].toUpperCase(Locale.ROOT));
    ServerOptions options = ServerOptions.parse(Arrays.copyOfRange(args, 2, args.length));
    try (Server server =
        Server.builder()
            .listenConfig(ListenConfig.create().backlog(options.backlog()))
            .listen("tcp", options.host() + ":" + options.port())
            .model(model)
            .limits(Limits.builder().limiter(Limiter.fixed(AT_ONCE)).build())
            .handler(Codecs.bytes(), handler(options.work()))
            .start()) {
      options.listening(server.address(), task -> go(task::run), ServerOptions.Turns.NOTHING);
      new CountDownLatch(1).await(); // its parent ends it
    }
  }

  private static Handler<byte[], byte[]> handler(int micros) {
    if (micros == 0) {
      return Handler.answering(request -> request);
    }
    Busy busy = Busy.calibrate();
    return Handler.answering(
        request -> {
          busy.burn(micros);
          return request;
        });
  }
}
