package dev.loompoll.bench.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProtocolTest {
  private final Busy busy = Busy.calibrate();

  private static byte[] request(int work, int filler) {
    return ByteBuffer.allocate(Protocol.REQUEST + filler).putLong(77).putInt(work).array();
  }

  @Test
  void anAnswerNamesItsRequest() {
    ByteBuffer served = ByteBuffer.wrap(Protocol.serve(busy, request(10, 100)));
    assertThat(served.remaining()).isEqualTo(9);
    assertThat(served.getLong()).isEqualTo(77);
    assertThat(served.get()).isZero();

    ByteBuffer refused = ByteBuffer.wrap(Protocol.refuse(request(10, 0)));
    assertThat(refused.getLong()).isEqualTo(77);
    assertThat(refused.get()).isEqualTo((byte) 1);
  }

  @Test
  void theFillerComesBackIfItIsAskedFor() {
    assertThat(Protocol.serve(busy, request(Protocol.ECHO, 100))).hasSize(109);
  }

  @Test
  void itSleepsNoLessThanItIsTold() {
    long start = System.nanoTime();
    byte[] unused = Protocol.serve(busy, request(Protocol.SLEEP | 20_000, 0));
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void aRequestThatIsTooShort() {
    assertThatThrownBy(() -> Protocol.serve(busy, new byte[11])).hasMessageContaining("11 bytes");
  }

  @Test
  void workAndItsWords() {
    assertThat(new Handling(Duration.ofMillis(1), false).work()).isEqualTo(1000);
    assertThat(new Handling(Duration.ofMillis(20), true).work()).isEqualTo(20_000 | 1 << 24);
    assertThat(new Handling(Duration.ofMillis(20), true).text()).isEqualTo("20 ms asleep");
    assertThat(new Handling(Duration.ofNanos(200_000), false).text()).isEqualTo("200 µs of CPU");
    assertThatThrownBy(() -> new Handling(Duration.ofSeconds(17), false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
