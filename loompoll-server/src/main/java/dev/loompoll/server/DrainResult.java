package dev.loompoll.server;

import java.time.Duration;

/**
 * How a server ended.
 *
 * @param graceful connections that ended in order after the drain began
 * @param forced connections that were closed because time was up
 * @param took from the beginning of the drain until no connection was left
 */
public record DrainResult(int graceful, int forced, Duration took) {}
