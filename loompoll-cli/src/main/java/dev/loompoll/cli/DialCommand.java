package dev.loompoll.cli;

import dev.loompoll.Conn;
import dev.loompoll.Net;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code loompoll dial}. */
@Command(
    name = "dial",
    description = {
      "Connects: stdin goes to the connection, the connection to stdout, both at once.",
      "At the end of stdin the peer is told; it ends when the peer closes."
    })
final class DialCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private HelpOption help;

  @Parameters(paramLabel = "ADDRESS", description = "Where to: host:port, :port or [ipv6]:port.")
  private String address = "";

  @Override
  public Integer call() throws Exception {
    Jvm.doNotLogJdkBugs();
    try (Conn conn = Net.dial("tcp", address)) {
      // Not System.out, which hides write errors.
      FileInputStream in = new FileInputStream(FileDescriptor.in);
      FileOutputStream out = new FileOutputStream(FileDescriptor.out);
      new Dialogue(conn, in, out).run();
    }
    return ExitCode.OK;
  }
}
