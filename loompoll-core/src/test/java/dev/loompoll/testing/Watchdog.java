package dev.loompoll.testing;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.PreInterruptCallback;
import org.junit.jupiter.api.extension.PreInterruptContext;

/** When a test exceeds its time: where every thread is, virtual ones too. */
public final class Watchdog implements PreInterruptCallback {
  @Override
  public void beforeThreadInterrupt(PreInterruptContext hung, ExtensionContext context)
      throws IOException {
    dumpThreads("HUNG: " + context.getUniqueId());
  }

  public static void dumpThreads(String title) throws IOException {
    Path dir = Files.createTempDirectory("threads");
    Path file = dir.resolve("dump");
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
    System.err.println("---- " + title);
    Files.readAllLines(file).stream()
        .filter(line -> !line.contains("org.junit.") && !line.isEmpty())
        .forEach(System.err::println);
    System.err.println("---- end of thread dump");
    Files.delete(file);
    Files.delete(dir);
  }
}
