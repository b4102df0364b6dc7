package dev.loompoll.internal.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.loompoll.internal.poll.Result;
import dev.loompoll.internal.sys.ErrnoCell;
import dev.loompoll.internal.sys.SocketAddresses;
import dev.loompoll.internal.sys.SocketCalls;
import dev.loompoll.testing.Blackhole;
import dev.loompoll.testing.Callers;
import dev.loompoll.testing.Group;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connect under way ends when its descriptor is closed; no user can do that, a dialler may. */
class ConnectCloseTest {
  @ParameterizedTest
  @EnumSource(Callers.class)
  void closeUnblocksConnect(Callers callers) throws Exception {
    try (Blackhole hole = new Blackhole()) {
      int sysfd = SocketCalls.socket(SocketCalls.AF_INET, new ErrnoCell());
      assertTrue(sysfd >= 0);
      NetFD fd = new NetFD(sysfd, Engine.get().nextPoller(), "tcp", SocketCalls.AF_INET);
      byte[] to =
          SocketAddresses.encode(
              hole.address().getAddress(), hole.address().getPort(), SocketCalls.AF_INET);
      Group group = new Group(callers);
      Thread dialler = group.goAndBlock(() -> assertEquals(Result.CLOSED, fd.connect(to)));
      assertTrue(dialler.isAlive());
      assertEquals(Result.OK, fd.close());
      group.await();
      assertFalse(fd.isOpen());
      assertEquals(Result.CLOSED, fd.close());
    }
  }
}
