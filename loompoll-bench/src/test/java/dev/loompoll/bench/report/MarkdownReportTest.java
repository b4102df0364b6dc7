package dev.loompoll.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.result.Run;
import dev.loompoll.bench.result.Spread;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class MarkdownReportTest {
  @TempDir Path dir;

  private static Document svg(String text) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(text)));
  }

  @Test
  void theSameRunGivesTheSameBytes() {
    assertThat(MarkdownReport.markdown(SampleRun.of(3), "p"))
        .isEqualTo(MarkdownReport.markdown(SampleRun.of(3), "p"));
    assertThat(MarkdownReport.pictures(SampleRun.of(3)))
        .isEqualTo(MarkdownReport.pictures(SampleRun.of(3)));
  }

  @Test
  void ratiosAreOfTheRound() {
    Run run = SampleRun.of(3);
    String page = MarkdownReport.markdown(run, "p");
    String title = run.chapters().getFirst().title();
    String row =
        page.lines()
            .filter(l -> l.startsWith("| " + title + ", to c-epoll | 1.00 |"))
            .findFirst()
            .orElseThrow();
    double expected =
        Spread.of(
                Rounds.ratios(
                    run.chapters().getFirst(),
                    "loompoll",
                    "c-epoll",
                    dev.loompoll.bench.result.Figure.RATE))
            .median();
    assertThat(row).contains(" | **" + Numbers.ratio(expected) + "** | ");
  }

  @Test
  void everyPictureThatIsShownIsThere() throws IOException {
    Path page = dir.resolve("benchmarks.md");

    MarkdownReport.write(SampleRun.of(1), page);

    List<String> shown =
        Pattern.compile("!\\[[^\\]]*]\\(([^)]+)\\)")
            .matcher(Files.readString(page))
            .results()
            .map((MatchResult m) -> m.group(1))
            .toList();
    assertThat(shown).hasSize(11).allMatch(p -> p.startsWith("benchmarks/"));
    assertThat(shown).allSatisfy(p -> assertThat(dir.resolve(p)).isRegularFile());
  }

  @Test
  void picturesAreLightAndDarkAndHaveATitle() throws Exception {
    for (String picture : MarkdownReport.pictures(SampleRun.of(1)).values()) {
      Document svg = svg(picture);
      assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
          .contains("relative to");
      assertThat(picture).contains("prefers-color-scheme:dark").doesNotContain("NaN", "Infinity");
    }
  }

  @Test
  void namesNoPathOfTheMachine() {
    assertThat(MarkdownReport.markdown(SampleRun.of(1), "p"))
        .contains("--json latest.json")
        .doesNotContain("/home", "someone");
    assertThat(Paths.hide("a /x/y/z.json, /usr/bin/cc; n/s 1/2 https://a.b/c/d"))
        .isEqualTo("a z.json, cc; n/s 1/2 https://a.b/c/d");
  }

  @Test
  void textsOfOthersStayTexts() throws Exception {
    Run run = HostileRun.run();

    String page = MarkdownReport.markdown(run, "p");

    assertThat(page).doesNotContain("<img", "<script").doesNotContainPattern("(?<!\\\\)]\\(b");
    assertThat(page.lines().filter(l -> l.startsWith("| n")))
        .as("rows with as many cells as their heads")
        .allMatch(l -> l.replaceAll("\\\\\\|", "").chars().filter(c -> c == '|').count() >= 3);
    MarkdownReport.pictures(run)
        .forEach(
            (name, picture) -> {
              assertThat(name).matches("[A-Za-z0-9_-]+\\.svg");
              assertThat(picture).doesNotContain("<img", "<script");
            });
    for (String picture : MarkdownReport.pictures(run).values()) {
      assertThat(svg(picture).getElementsByTagName("img").getLength()).isZero();
    }
  }
}
