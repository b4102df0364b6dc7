package dev.loompoll.server.internal.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReserveTest {
  /** Descriptors of this process that are open on /dev/null. */
  private static int held() throws IOException {
    int n = 0;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : all) {
        try {
          n += Files.readSymbolicLink(fd).equals(Path.of("/dev/null")) ? 1 : 0;
        } catch (IOException e) {
          // the directory's own, or one that was closed meanwhile
        }
      }
    }
    return n;
  }

  @Test
  void itIsADescriptorThatIsGivenBackAndTaken() throws IOException {
    int before = held();
    Reserve reserve = new Reserve();
    assertThat(held()).isEqualTo(before + 1);
    assertThat(reserve.release()).isTrue();
    assertThat(held()).isEqualTo(before);
    reserve.regain();
    reserve.regain();
    assertThat(held()).isEqualTo(before + 1);
    reserve.close();
    assertThat(held()).isEqualTo(before);
    reserve.regain();
    assertThat(held()).as("closed").isEqualTo(before);
    assertThat(reserve.release()).isFalse();
  }

  @Test
  void oneOfTwoGetsIt() {
    try (Reserve reserve = new Reserve()) {
      assertThat(reserve.release()).isTrue();
      assertThat(reserve.release()).isFalse();
      // which has taken it again, for the next time
      assertThat(reserve.release()).isTrue();
    }
  }
}
