package dev.loompoll.bench.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text that is going to be published tells nothing of the directories of the machine it is from.
 */
final class Paths {
  /** Two names at least: {@code 1/s}, {@code /s} and {@code user/kernel} are none. */
  private static final Pattern ABSOLUTE =
      Pattern.compile("(?<![\\w.:/-])/(?:[\\w.+@~-]+/)+([\\w.+@~-]*)");

  private Paths() {}

  /** Each absolute path without what is before its last name. */
  static String hide(String text) {
    return ABSOLUTE.matcher(text).replaceAll(m -> Matcher.quoteReplacement(m.group(1)));
  }
}
