package dev.loompoll.system;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A child without the library, to be killed: so many connections to a port, each {@code idle} after
 * one message, or {@code flooding} and reading what comes back, or {@code deaf}: flooding and not
 * reading.
 */
final class PlainPeer {
  private PlainPeer() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    String kind = args[1];
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      Socket socket = Clients.connect(port);
      sockets.add(socket);
      if (kind.equals("idle")) {
        Clients.echo(socket, new Random(i));
        continue;
      }
      Thread.ofPlatform().daemon().start(() -> flood(socket));
      if (kind.equals("flooding")) {
        Thread.ofPlatform().daemon().start(() -> drain(socket));
      }
    }
    Console.serve(0, command -> sockets.toString());
  }

  private static void flood(Socket socket) {
    try {
      OutputStream out = socket.getOutputStream();
      byte[] chunk = new byte[64 * 1024];
      for (; ; ) {
        out.write(chunk);
      }
    } catch (Exception e) {
      System.err.println(e);
    }
  }

  private static void drain(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      byte[] chunk = new byte[64 * 1024];
      while (in.read(chunk) > 0) {
        // discarded
      }
    } catch (Exception e) {
      System.err.println(e);
    }
  }
}
