package dev.loompoll.bench;

import dev.loompoll.gallery.Gallery;
import dev.loompoll.server.Model;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Models of servers as contestants. A new one is one more entry in {@link #ALL}. */
final class Models {
  /** What ratios refer to. */
  static final String BASELINE = Model.GOROUTINE.label();

  static final Map<String, Contestant> ALL = new LinkedHashMap<>();

  static {
    for (Model model : Model.values()) {
      add(
          model.label(),
          "loompoll-server, model " + model.label(),
          "The model's defaults; limits so wide that nothing is shed.",
          JavaServers.model(model.label()));
    }
    for (String name : Gallery.names()) {
      add(
          name,
          "loompoll-gallery, model " + name,
          "As it is; it runs no handler.",
          JavaServers.gallery(name));
    }
  }

  private Models() {}

  private static void add(String name, String what, String tuning, Contestant.Starter starter) {
    ALL.put(name, new Contestant(name, what, tuning, Versions::loompoll, starter));
  }

  /** For the help text. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ALL.keySet().iterator();
    }
  }
}
