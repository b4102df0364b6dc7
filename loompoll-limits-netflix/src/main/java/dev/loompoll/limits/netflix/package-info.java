/** Netflix's concurrency-limits for a {@link dev.loompoll.server.Server}. */
@org.jspecify.annotations.NullMarked
package dev.loompoll.limits.netflix;
