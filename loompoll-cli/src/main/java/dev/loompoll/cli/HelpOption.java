package dev.loompoll.cli;

import picocli.CommandLine.Option;

/** {@code --help}, for each command. Not inherited: picocli's own {@code help} has it already. */
final class HelpOption {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;
}
