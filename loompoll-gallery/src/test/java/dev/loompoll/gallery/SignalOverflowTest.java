package dev.loompoll.gallery;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's queue of signals is full: nothing that the lost ones told of may be lost. */
@Timeout(120)
class SignalOverflowTest {
  /** With a limit of 0 every signal is lost. */
  @Test
  void withoutAnyQueueSigioIsEnough() throws Exception {
    try (PendingSignals _ = PendingSignals.limitedTo(0)) {
      assertThat(echoes()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 32})
  void withAShortQueueNothingIsLost(int limit) throws Exception {
    try (PendingSignals _ = PendingSignals.limitedTo(limit)) {
      echoes();
    }
  }

  @Test
  void stopIsHeardAllTheSame() throws Exception {
    try (PendingSignals _ = PendingSignals.limitedTo(0);
        GalleryServer server = Gallery.open("signal", "tcp", "127.0.0.1:0")) {
      server.start();
      try (Client client = new Client(server)) {
        client.echo(new byte[1]);
        server.stop();
      }
      server.finished().get(30, SECONDS);
    }
  }

  /** Many events at once; returns how often the queue was full. */
  private static int echoes() throws Exception {
    try (GalleryServer server = Gallery.open("signal", "tcp", "127.0.0.1:0")) {
      server.start();
      List<FutureTask<Void>> clients = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        int seed = i;
        clients.add(
            Client.inThread(
                () -> {
                  try (Client client = new Client(server)) {
                    for (int round = 0; round < 20; round++) {
                      client.echo(Client.data(10_000, seed * 100 + round));
                    }
                    client.echo(Client.data(1 << 20, seed));
                  }
                  return null;
                }));
      }
      for (FutureTask<Void> client : clients) {
        client.get(60, SECONDS);
      }
      Await.until("all have gone", () -> server.connections() == 0);
      return ((SignalDriven) server).overflows();
    }
  }
}
