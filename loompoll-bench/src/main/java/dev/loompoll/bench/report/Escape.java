package dev.loompoll.bench.report;

/** Text of others, made harmless for the place where it is put. */
final class Escape {
  private Escape() {}

  /** For HTML and XML, as text and in a quoted attribute. */
  static String markup(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.appendCodePoint(allowed(c) ? c : 0xFFFD);
              }
            });
    return out.toString();
  }

  /**
   * JSON for the inside of a {@code script} element, which ends at the first {@code </script>}
   * whatever stands around it. In JSON these characters occur in strings only.
   */
  static String json(String json) {
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }

  /** For running text and a table cell of Markdown, which takes HTML too. One line. */
  static String markdown(String text) {
    String plain = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return plain
        .replaceAll("([\\\\`*_\\[\\]|~#$])", "\\\\$1")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }

  /** Control characters have no place in markup, and neither have halves of a pair. */
  private static boolean allowed(int c) {
    return c == '\n' || c == '\t' || (c >= 0x20 && !(c >= 0x7F && c < 0xA0) && !surrogate(c));
  }

  private static boolean surrogate(int c) {
    return (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF;
  }
}
