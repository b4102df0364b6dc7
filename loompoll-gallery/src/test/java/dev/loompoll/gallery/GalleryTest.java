package dev.loompoll.gallery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loompoll.AddressException;
import java.net.BindException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GalleryTest {
  /** What Loompoll's engine opens with the first listener, and keeps. */
  @BeforeAll
  static void warmUp() throws Exception {
    Gallery.open("blocking", "tcp", "127.0.0.1:0").close();
  }

  @Test
  void names() {
    assertThat(Gallery.names())
        .containsExactly(
            "blocking", "nonblocking", "multiplex", "multiplex-select", "multiplex-poll", "signal");
  }

  @Test
  void anUnknownNameIsToldWhatThereIs() {
    assertThatThrownBy(() -> Gallery.open("kqueue", "tcp", "127.0.0.1:0"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown model \"kqueue\": the gallery has blocking, nonblocking, multiplex,"
                + " multiplex-select, multiplex-poll, signal");
  }

  @ParameterizedTest
  @MethodSource("dev.loompoll.gallery.Gallery#names")
  void anAddressThatIsInUseIsNamed(String model) throws Exception {
    try (GalleryServer first = Gallery.open(model, "tcp4", "127.0.0.1:0")) {
      String address = "127.0.0.1:" + first.address().getPort();
      assertThatThrownBy(() -> Gallery.open(model, "tcp4", address))
          .isInstanceOf(BindException.class)
          .hasMessageContaining(address);
    }
  }

  @Test
  void anAddressThatCannotBeUnderstoodIsNamed() {
    assertThatThrownBy(() -> Gallery.open("signal", "tcp", "127.0.0.1"))
        .isInstanceOf(AddressException.class)
        .hasMessageContaining("127.0.0.1")
        .hasMessageContaining("port");
  }

  @ParameterizedTest
  @MethodSource("dev.loompoll.gallery.Gallery#names")
  void closedWithoutAStart(String model) throws Exception {
    var before = Descriptors.open();
    GalleryServer server = Gallery.open(model, "tcp", "127.0.0.1:0");
    assertThat(server.finished()).isNotDone();

    server.close();
    server.close();

    assertThat(server.finished()).isCompleted();
    assertThat(Descriptors.open()).isEqualTo(before);
    assertThatThrownBy(server::start).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("dev.loompoll.gallery.Gallery#names")
  void isStartedOnce(String model) throws Exception {
    try (GalleryServer server = Gallery.open(model, "tcp", "127.0.0.1:0")) {
      server.start();
      assertThatThrownBy(server::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("RUNNING");
      assertThat(server.model()).isEqualTo(model);
      assertThat(server)
          .hasToString(
              "GalleryServer[" + model + " 127.0.0.1:" + server.address().getPort() + " RUNNING]");
    }
  }
}
