package dev.loompoll.bench.overload;

import dev.loompoll.ListenConfig;
import dev.loompoll.server.Codec;
import dev.loompoll.server.Codecs;
import dev.loompoll.server.DrainResult;
import dev.loompoll.server.FrameException;
import dev.loompoll.server.Handler;
import dev.loompoll.server.Limits;
import dev.loompoll.server.Model;
import dev.loompoll.server.Refused;
import dev.loompoll.server.Server;
import dev.loompoll.server.ServerStats;
import dev.loompoll.server.Workers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A model of {@code loompoll-server} with its limits as they come. {@code --model NAME}, and of the
 * limits what is given as {@code key=value}: {@code soft}, {@code hard}, {@code queue}, {@code
 * patience} (milliseconds of the drain), {@code workers} (for the models that have any), {@code
 * max-frame}.
 *
 * <p>SIGTERM drains it, a second one hurries it; then it prints its figures once more, and ends.
 */
public final class OverloadServer {
  private OverloadServer() {}

  public static void main(String[] args) throws Exception {
    Map<String, String> options = ServerMain.options(args);
    Model model = Model.valueOf(given(options, "model", "goroutine").toUpperCase(Locale.ROOT));
    Duration patience = Duration.ofMillis(number(options, "patience", 10_000));
    Busy busy = Busy.calibrate();
    Counting codec =
        new Counting(Codecs.lengthPrefixed(4, (int) number(options, "max-frame", 1024)));
    Server.Builder<byte[], byte[]> builder =
        Server.builder()
            .listenConfig(ListenConfig.create().backlog(ServerMain.BACKLOG))
            .listen("tcp", "127.0.0.1:0")
            .model(model)
            .limits(limits(options))
            .handler(codec, Handler.answering(request -> Protocol.serve(busy, request)))
            .degrade(Handler.answering(Protocol::refuse));
    if (options.containsKey("workers")) {
      builder.workers(Workers.threads((int) number(options, "workers", 1)));
    }
    CountDownLatch told = new CountDownLatch(1);
    try (Server server = builder.start()) {
      AtomicInteger signals = new AtomicInteger();
      Signals.onTerm(
          () -> {
            if (signals.getAndIncrement() == 0) {
              told.countDown();
            } else {
              server.hurry();
            }
          });
      ServerMain.listening(server.address(), () -> stats(server.stats(), codec));
      told.await();
      DrainResult end = server.drain(patience);
      Map<String, Long> last = stats(server.stats(), codec);
      last.put("graceful", (long) end.graceful());
      last.put("forced", (long) end.forced());
      last.put("drainMillis", end.took().toMillis());
      ServerMain.print(last);
    }
    Runtime.getRuntime().halt(0);
  }

  private static Limits limits(Map<String, String> options) {
    Limits.Builder limits = Limits.builder();
    if (options.containsKey("soft")) {
      limits.softLimit((int) number(options, "soft", 0));
    }
    if (options.containsKey("hard")) {
      limits.hardLimit((int) number(options, "hard", 0));
    }
    if (options.containsKey("queue")) {
      limits.queue((int) number(options, "queue", 0));
    }
    return limits.build();
  }

  private static String given(Map<String, String> options, String key, String otherwise) {
    return options.getOrDefault(key, otherwise);
  }

  private static long number(Map<String, String> options, String key, long otherwise) {
    return Long.parseLong(given(options, key, Long.toString(otherwise)));
  }

  private static Map<String, Long> stats(ServerStats s, Counting codec) {
    Map<String, Long> all = new LinkedHashMap<>();
    all.put("decoded", codec.decoded.sum());
    all.put("encoded", codec.encoded.sum());
    all.put("accepted", s.accepted());
    all.put("open", (long) s.open());
    all.put("requests", s.requests());
    all.put("answered", s.answered());
    all.put("failed", s.failed());
    all.put("degraded", s.degraded());
    all.put("inFlight", (long) s.inFlight());
    all.put("queued", (long) s.queued());
    all.put("limit", (long) s.limit());
    for (Map.Entry<Refused, Long> e : s.refused().entrySet()) {
      all.put("refused." + e.getKey(), e.getValue());
    }
    return all;
  }

  /** Counts requests as they are read, apart from the server's own figures. */
  private static final class Counting implements Codec<byte[], byte[]> {
    final LongAdder decoded = new LongAdder();
    final LongAdder encoded = new LongAdder();
    private final Codec<byte[], byte[]> codec;

    Counting(Codec<byte[], byte[]> codec) {
      this.codec = codec;
    }

    @Override
    public Codec.Decoder<byte[]> newDecoder() {
      Codec.Decoder<byte[]> decoder = codec.newDecoder();
      return new Codec.Decoder<>() {
        @Override
        public byte @Nullable [] decode(ByteBuffer in) throws FrameException {
          return counted(decoder.decode(in));
        }

        @Override
        public byte @Nullable [] end(ByteBuffer in) throws FrameException {
          return counted(decoder.end(in));
        }
      };
    }

    private byte @Nullable [] counted(byte @Nullable [] request) {
      if (request != null) {
        decoded.increment();
      }
      return request;
    }

    @Override
    public ByteBuffer encode(byte[] response) {
      encoded.increment();
      return codec.encode(response);
    }
  }
}
