package dev.loompoll.bench.result;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A {@link Run} as a JSON file. */
public final class Results {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // of a later version
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  /** Objects on lines of their own, arrays on one line: a curve has dozens of pairs. */
  private static final ObjectWriter PRETTY =
      JSON.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private Results() {}

  /** Writes beside it, then moves: who reads, or interrupts, finds the old run or the new. */
  public static void write(Run run, Path file) throws IOException {
    write((Object) run, file);
  }

  /** The same for what other experiments have found: records. */
  public static void write(Object result, Path file) throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(beside, PRETTY.writeValueAsString(result) + "\n");
    try {
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** As {@link #read(Path)}; what formats there are is for the caller to know. */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    try {
      T result = JSON.readValue(Files.readString(file), type);
      if (result == null) {
        throw new IOException(file + ": empty");
      }
      return result;
    } catch (JacksonException e) {
      throw new IOException(file + ": not a result of the bench: " + e.getOriginalMessage(), e);
    }
  }

  /** Whoever hands in something else gets one line that says what is wrong with it. */
  public static Run read(Path file) throws IOException {
    Run run;
    try {
      run = JSON.readValue(Files.readString(file), Run.class);
    } catch (JacksonException e) {
      throw new IOException(file + ": not a result of the bench: " + e.getOriginalMessage(), e);
    }
    if (run == null || run.format() != Run.FORMAT) {
      throw new IOException(
          "%s: format %s, this bench reads %d"
              .formatted(file, run == null ? "none" : run.format(), Run.FORMAT));
    }
    return run;
  }
}
