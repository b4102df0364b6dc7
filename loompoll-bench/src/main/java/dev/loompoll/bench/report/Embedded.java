package dev.loompoll.bench.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** Data on its way into a page, for the scripts there. */
final class Embedded {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Embedded() {}

  /** Without white space, and harmless inside a {@code script} element. */
  static String json(Object value) throws IOException {
    try {
      return Escape.json(JSON.writeValueAsString(value));
    } catch (JacksonException e) {
      throw new IOException("cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }
}
