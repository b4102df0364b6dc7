package dev.loompoll.cli;

/**
 * One line of {@code loompoll doctor}.
 *
 * @param advice what to do about it; empty if nothing
 */
record Finding(Mark mark, String subject, String text, String advice) {

  /** How good or bad it is. */
  enum Mark {
    /** As it should be. */
    OK("green"),
    /** Good to know. */
    NOTE("cyan"),
    /** Works, but worse than it could. */
    WARN("yellow"),
    /** Loompoll cannot work. */
    FAIL("red");

    /** As picocli names it. */
    final String colour;

    Mark(String colour) {
      this.colour = colour;
    }
  }

  static Finding ok(String subject, String text) {
    return new Finding(Mark.OK, subject, text, "");
  }

  static Finding note(String subject, String text) {
    return note(subject, text, "");
  }

  static Finding note(String subject, String text, String advice) {
    return new Finding(Mark.NOTE, subject, text, advice);
  }

  static Finding warn(String subject, String text, String advice) {
    return new Finding(Mark.WARN, subject, text, advice);
  }

  static Finding fail(String subject, String text, String advice) {
    return new Finding(Mark.FAIL, subject, text, advice);
  }
}
