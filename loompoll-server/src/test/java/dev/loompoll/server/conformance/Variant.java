package dev.loompoll.server.conformance;

import dev.loompoll.server.Model;
import java.util.Arrays;
import java.util.stream.Stream;

/** A model, and whether its handler gets the connection itself. */
record Variant(Model model, boolean raw) {
  static Stream<Variant> all() {
    return Stream.concat(
        Arrays.stream(Model.values()).map(model -> new Variant(model, false)),
        Arrays.stream(Model.values()).filter(Model::givesConn).map(m -> new Variant(m, true)));
  }

  @Override
  public String toString() {
    return raw ? model.label() + ", ConnHandler" : model.label();
  }
}
