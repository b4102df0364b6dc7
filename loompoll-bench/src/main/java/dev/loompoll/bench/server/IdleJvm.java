package dev.loompoll.bench.server;

import java.io.IOException;

/** Does nothing until its standard input ends: what a JVM has before any server is in it. */
public final class IdleJvm {
  private IdleJvm() {}

  public static void main(String[] args) throws IOException {
    System.out.println("idle");
    int unused = System.in.read();
  }
}
