package dev.loompoll.cli;

import dev.loompoll.gallery.Gallery;
import dev.loompoll.server.Model;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The models by their names on the command line: the server's, and the gallery's. */
final class EchoModels {
  /** What {@code --model} takes. */
  static final List<String> NAMES =
      Stream.concat(Arrays.stream(Model.values()).map(Model::label), Gallery.names().stream())
          .toList();

  private EchoModels() {}

  static EchoServer start(String name, String address, Consumer<Throwable> failures)
      throws IOException {
    Optional<Model> model =
        Arrays.stream(Model.values()).filter(m -> m.label().equals(name)).findFirst();
    return model.isPresent()
        ? ServerEcho.start(model.get(), address, failures)
        : GalleryEcho.start(name, address);
  }
}
