package dev.loompoll;

import java.io.IOException;
import java.io.InputStream;

/** A connection's reading side as a stream. As thread-safe as the connection. */
final class ConnInputStream extends InputStream {
  private final Conn conn;

  ConnInputStream(Conn conn) {
    this.conn = conn;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return conn.read(one) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int offset, int length) throws IOException {
    return conn.read(b, offset, length);
  }

  @Override
  public void close() throws IOException {
    conn.close();
  }
}
