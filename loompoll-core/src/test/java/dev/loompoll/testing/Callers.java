package dev.loompoll.testing;

import dev.loompoll.Loompoll;

/** What kinds of thread may call the library. */
public enum Callers {
  GOROUTINES,
  PLATFORM_THREADS,
  VIRTUAL_THREADS; // of the JDK's scheduler

  Thread start(Runnable task) {
    return switch (this) {
      case GOROUTINES -> Loompoll.go(task::run);
      case PLATFORM_THREADS -> Thread.ofPlatform().daemon().start(task);
      case VIRTUAL_THREADS -> Thread.ofVirtual().start(task);
    };
  }
}
