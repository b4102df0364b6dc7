package dev.loompoll.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PaletteTest {
  @Test
  void aContestantLooksTheSameWhoeverElseTakesPart() {
    assertThat(Palette.of(List.of("go", "loompoll")).get("loompoll"))
        .isEqualTo(Palette.of(List.of("c-epoll", "loompoll", "netty-nio")).get("loompoll"));
  }

  @Test
  void aVariantIsOfItsFamilyUnlessThatIsThereItself() {
    Map<String, Palette.Look> alone = Palette.of(List.of("go@2"));
    assertThat(alone.get("go@2")).isEqualTo(Palette.of(List.of("go")).get("go"));
    Map<String, Palette.Look> both = Palette.of(List.of("go", "go@2"));
    assertThat(both.get("go@2")).isNotEqualTo(both.get("go"));
  }
}
