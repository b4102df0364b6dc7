package dev.loompoll.bench;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;

/** Writes maps, lists, strings and numbers as JSON: all that a report needs. */
final class Json {
  private Json() {}

  static String of(Object value) {
    StringBuilder out = new StringBuilder();
    write(out, value, "\n");
    return out.append('\n').toString();
  }

  private static void write(StringBuilder out, Object value, String indent) {
    switch (value) {
      case Map<?, ?> map -> {
        String separator = "";
        out.append('{');
        for (Map.Entry<?, ?> e : map.entrySet()) {
          out.append(separator).append(indent).append("  ");
          string(out, e.getKey().toString());
          out.append(": ");
          write(out, e.getValue(), indent + "  ");
          separator = ",";
        }
        out.append(map.isEmpty() ? "" : indent).append('}');
      }
      case Collection<?> list -> {
        String separator = "";
        out.append('[');
        for (Object o : list) {
          out.append(separator).append(indent).append("  ");
          write(out, o, indent + "  ");
          separator = ",";
        }
        out.append(list.isEmpty() ? "" : indent).append(']');
      }
      case Double d ->
          out.append(Double.isFinite(d) ? String.format(Locale.ROOT, "%.6g", d) : "null");
      case Number n -> out.append(n);
      case Boolean b -> out.append(b);
      default -> string(out, value.toString());
    }
  }

  private static void string(StringBuilder out, String s) {
    out.append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
