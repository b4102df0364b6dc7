package dev.loompoll.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loompoll.bench.result.Results;
import dev.loompoll.bench.result.Run;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final Pattern SCRIPT =
      Pattern.compile("(<script[^>]*>)(.*?)</script>", Pattern.DOTALL);

  /** What makes a browser load something, unless it is data or a place in the page. */
  private static final List<Pattern> LOADS =
      List.of(
          Pattern.compile(
              "(?i)\\b(?:src|href|srcset|poster|action)\\s*=\\s*[\"']?+(?!#|data:)[^\\s>\"']"),
          Pattern.compile("(?i)@import"),
          Pattern.compile("(?i)url\\(\\s*+[\"']?+(?!#|data:)"));

  @TempDir Path dir;

  /** The elements around the scripts: those are no markup, whatever is in them. */
  private static Document parse(String html) throws Exception {
    String markup =
        SCRIPT.matcher(html).replaceAll("$1</script>").replaceFirst("<!DOCTYPE html>", "");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(markup)));
  }

  private static List<String> texts(Document page, String tag) {
    List<String> texts = new ArrayList<>();
    NodeList found = page.getElementsByTagName(tag);
    for (int i = 0; i < found.getLength(); i++) {
      texts.add(found.item(i).getTextContent());
    }
    return texts;
  }

  private static String script(String html, String id) {
    Matcher m = SCRIPT.matcher(html);
    while (m.find()) {
      if (m.group(1).contains("id=\"" + id + "\"")) {
        return m.group(2);
      }
    }
    throw new AssertionError("no script " + id);
  }

  @Test
  void saysWhatWhenAndWhere() throws Exception {
    Run run = SampleRun.of(1);

    Document page = parse(HtmlReport.html(run));

    assertThat(texts(page, "h2")).containsAll(run.chapters().stream().map(c -> c.title()).toList());
    String all = page.getDocumentElement().getTextContent();
    assertThat(all)
        .contains(run.command(), "2026-01-02", "Linux 6.18.5", "Example EPYC", "4.2.7.Final")
        .contains("out of luck", "lower bound", "servers on CPU 0", "no-delay, backlog 4096")
        .contains("12 contestants, 11 workloads, 7 rounds each")
        .doesNotContain("interrupted");
  }

  @Test
  void hasItsLibraryAndTheLicencesOfThat() throws IOException {
    String html = HtmlReport.html(SampleRun.of(1));
    assertThat(html)
        .contains("renderItem", "echarts.init")
        .contains("Apache License", "Version 2.0, January 2004")
        .contains("The Apache Software Foundation", "Mike Bostock");
  }

  @Test
  void loadsNothing() throws IOException {
    String html = HtmlReport.html(SampleRun.of(1));
    assertThat(html).contains("content=\"default-src 'none'");
    String library = Template.resource("echarts/dist/echarts.min.js");
    String ours = html.replace(library, "");
    assertThat(ours).hasSizeLessThan(html.length() - library.length() + 1);
    for (Pattern load : LOADS) {
      assertThat(load.matcher(ours).results().map(m -> m.group())).as("%s", load).isEmpty();
    }
    // in the library they stand in code, which the policy above keeps from loading anything
    assertThat(library).doesNotContainPattern("(?i)@import|<link|<script[^>]+src=");
  }

  @Test
  void everyRawFigureIsInside() throws IOException {
    Run run = SampleRun.of(2);
    Path json = dir.resolve("run.json");

    Files.writeString(json, script(HtmlReport.html(run), "run"));

    assertThat(Results.read(json)).usingRecursiveComparison().isEqualTo(run);
  }

  @Test
  void textsOfOthersStayTexts() throws Exception {
    Run run = HostileRun.run();

    String html = HtmlReport.html(run);

    Document page = parse(html);
    assertThat(page.getElementsByTagName("img").getLength()).isZero();
    assertThat(SCRIPT.matcher(html).results()).as("ours and no more").hasSize(4);
    String shown = HostileRun.EVIL.replace('\0', '\uFFFD');
    assertThat(texts(page, "h2")).contains(shown);
    assertThat(texts(page, "pre")).contains("its own output: " + shown);
    assertThat(script(html, "run")).doesNotContain("<", ">", "&");
    Path json = dir.resolve("run.json");
    Files.writeString(json, script(html, "run"));
    assertThat(Results.read(json)).usingRecursiveComparison().isEqualTo(run);
  }

  @Test
  void anInterruptedRunSaysSo() throws IOException {
    assertThat(HtmlReport.html(HostileRun.run())).contains("This run was interrupted.");
  }

  @Test
  void aRunWithoutAnyChapterIsAPageToo() throws Exception {
    Run some = SampleRun.of(1);
    Run none =
        new Run(
            Run.FORMAT,
            some.command(),
            some.started(),
            false,
            some.machine(),
            List.of(),
            List.of());

    assertThat(texts(parse(HtmlReport.html(none)), "h2"))
        .containsExactly("At a glance", "How it was measured");
  }
}
