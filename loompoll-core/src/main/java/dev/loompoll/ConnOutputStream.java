package dev.loompoll;

import java.io.IOException;
import java.io.OutputStream;

/** A connection's writing side as a stream, unbuffered. As thread-safe as the connection. */
final class ConnOutputStream extends OutputStream {
  private final Conn conn;

  ConnOutputStream(Conn conn) {
    this.conn = conn;
  }

  @Override
  public void write(int b) throws IOException {
    conn.write(new byte[] {(byte) b});
  }

  @Override
  public void write(byte[] b, int offset, int length) throws IOException {
    conn.write(b, offset, length);
  }

  @Override
  public void close() throws IOException {
    conn.close();
  }
}
