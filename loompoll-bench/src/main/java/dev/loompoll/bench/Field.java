package dev.loompoll.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The servers that are up, all at once. Whoever cannot start, or fails later, is told of with its
 * own output and leaves; the others go on.
 */
public final class Field implements AutoCloseable {
  private final Consumer<String> progress;
  private final List<Server> up = new ArrayList<>();
  private final Map<String, String> leftOut = new LinkedHashMap<>();

  private Field(Consumer<String> progress) {
    this.progress = progress;
  }

  /** Starts them, on processor {@code cpu} if that is not negative. */
  public static Field start(
      List<Contestant> contestants, Launch launch, int cpu, Consumer<String> progress) {
    Field field = new Field(progress);
    for (Contestant c : contestants) {
      try {
        field.up.add(Server.start(c, launch, cpu));
      } catch (IOException e) {
        field.leaveOut(c.name(), "cannot start: " + e.getMessage());
      }
    }
    return field;
  }

  public List<Server> up() {
    return Collections.unmodifiableList(up);
  }

  /** Who is not there, or not any more, and why. */
  public synchronized Map<String, String> leftOut() {
    return new LinkedHashMap<>(leftOut);
  }

  /** Something that is done with a server. */
  @FunctionalInterface
  public interface Step {
    void on(Server server) throws IOException;
  }

  /** One after the other. Throws only if the load generator is gone. */
  public void each(Step step) throws IOException {
    for (Server s : List.copyOf(up)) {
      try {
        step.on(s);
      } catch (Generator.GoneException e) {
        throw e;
      } catch (IOException e) {
        fails(s, e);
      }
    }
  }

  private void fails(Server s, IOException e) {
    String said = s.output().isBlank() ? "" : "; it said:\n" + s.output().indent(4).stripTrailing();
    leaveOut(s.name(), "failed: " + e.getMessage() + (s.alive() ? "" : " (it has ended)") + said);
    up.remove(s);
    s.close();
  }

  /** Another one goes first, so that nobody always follows the same neighbour. */
  public void rotate() {
    Collections.rotate(up, -1);
  }

  private void leaveOut(String name, String why) {
    synchronized (this) {
      leftOut.put(name, why);
    }
    progress.accept(name + " is left out: " + why);
  }

  @Override
  public void close() {
    up.forEach(Server::close);
  }
}
