package dev.loompoll.gallery;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models by their names. They are bare: no limits, no overload protection, and what they cannot
 * bear they do not survive. {@code docs/models.md} draws and compares them.
 */
public final class Gallery {
  private interface Maker {
    GalleryServer listen(String name, ListeningSocket listener) throws IOException;
  }

  private static final Map<String, Maker> MODELS = new LinkedHashMap<>();

  static {
    MODELS.put("blocking", BlockingThreads::new);
    MODELS.put("nonblocking", NonblockingPolling::new);
    MODELS.put("multiplex", EpollMultiplex::new);
    MODELS.put("multiplex-select", SelectMultiplex::new);
    MODELS.put("multiplex-poll", PollMultiplex::new);
    MODELS.put("signal", SignalDriven::new);
  }

  private Gallery() {}

  /** The names that {@link #open} takes. */
  public static List<String> names() {
    return List.copyOf(MODELS.keySet());
  }

  /**
   * An echo server that listens, and accepts once it is started.
   *
   * @param model one of {@link #names}
   * @param network {@code tcp}, {@code tcp4} or {@code tcp6}
   * @param address as {@link dev.loompoll.Net#listen(String, String)} takes it
   * @throws IllegalArgumentException if there is no such model; says which there are
   * @throws IOException if the address cannot be understood or listened on; says which and why
   */
  public static GalleryServer open(String model, String network, String address)
      throws IOException {
    Maker maker = MODELS.get(model);
    if (maker == null) {
      throw new IllegalArgumentException(
          "unknown model \"" + model + "\": the gallery has " + String.join(", ", names()));
    }
    ListeningSocket listener = ListeningSocket.open(network, address);
    boolean done = false;
    try {
      GalleryServer server = maker.listen(model, listener);
      done = true;
      return server;
    } finally {
      if (!done) {
        listener.close();
      }
    }
  }
}
