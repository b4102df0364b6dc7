package dev.loompoll.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Columns as wide as their widest cell: the first to the left, figures to the right. */
public final class Table {
  private final List<String[]> rows = new ArrayList<>();

  public Table(String... header) {
    rows.add(header);
  }

  /** Figures look the same everywhere, whatever the language of the machine. */
  public static String number(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  public void row(String... cells) {
    rows.add(cells);
  }

  public String text() {
    int[] widths = new int[rows.getFirst().length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        String padding = " ".repeat(widths[i] - row[i].length());
        out.append(i == 0 ? row[i] + padding : "   " + padding + row[i]);
      }
      out.append('\n');
    }
    return out.toString();
  }
}
