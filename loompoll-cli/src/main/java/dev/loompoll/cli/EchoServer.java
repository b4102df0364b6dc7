package dev.loompoll.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** An echo server that runs, of whatever model. */
interface EchoServer {
  InetSocketAddress address();

  /** Accepts no more; returns how many connections are left. */
  int stop() throws IOException, InterruptedException;

  /**
   * After {@link #stop}: lets connections finish, closes those that have not when patience has
   * ended.
   *
   * @return how many were closed
   */
  int end(Duration patience) throws IOException, InterruptedException;

  /** Ends the patience of {@link #end}, now. */
  void hurry();
}
