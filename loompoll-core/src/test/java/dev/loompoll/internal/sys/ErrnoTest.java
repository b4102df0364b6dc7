package dev.loompoll.internal.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ErrnoTest {
  /** Copied from asm-generic/errno-base.h and errno.h, not from the class. */
  private static final String KERNEL =
      """
      EPERM 1 ENOENT 2 EINTR 4 EIO 5 EBADF 9 EAGAIN 11 ENOMEM 12 EACCES 13 EINVAL 22 ENFILE 23
      EMFILE 24 ENOSPC 28 EPIPE 32 ENOSYS 38 EPROTO 71 ENOTSOCK 88 EOPNOTSUPP 95 EAFNOSUPPORT 97
      EADDRINUSE 98 EADDRNOTAVAIL 99 ENETDOWN 100 ENETUNREACH 101 ECONNABORTED 103 ECONNRESET 104
      ENOBUFS 105 EISCONN 106 ENOTCONN 107 ETIMEDOUT 110 ECONNREFUSED 111 EHOSTUNREACH 113
      EALREADY 114 EINPROGRESS 115
      """;

  private static Map<String, Integer> kernel() {
    String[] words = KERNEL.strip().split("\\s+");
    Map<String, Integer> values = new HashMap<>();
    for (int i = 0; i < words.length; i += 2) {
      values.put(words[i], Integer.valueOf(words[i + 1]));
    }
    return values;
  }

  private static Map<String, Integer> ours() throws IllegalAccessException {
    Map<String, Integer> values = new HashMap<>();
    for (Field f : Errno.class.getFields()) {
      values.put(f.getName(), f.getInt(null));
    }
    return values;
  }

  @Test
  void valuesAreTheKernels() throws Exception {
    Map<String, Integer> kernel = kernel();
    for (Map.Entry<String, Integer> e : ours().entrySet()) {
      assertNotNull(kernel.get(e.getKey()), "not in the test's table: " + e.getKey());
      assertEquals(kernel.get(e.getKey()), e.getValue(), e.getKey());
    }
  }

  @Test
  void everyConstantHasItsName() throws Exception {
    Map<String, Integer> ours = ours();
    assertFalse(ours.isEmpty());
    Set<Integer> values = new HashSet<>();
    for (Map.Entry<String, Integer> e : ours.entrySet()) {
      assertEquals(e.getKey(), Errno.name(e.getValue()));
      assertTrue(values.add(e.getValue()), "twice: " + e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, -1, 4711, 134})
  void othersAreNamedByTheirNumber(int errno) {
    assertEquals("errno " + errno, Errno.name(errno));
    assertEquals("system call failed", Errno.text(errno));
    assertEquals("system call failed (errno " + errno + ")", Errno.describe(errno));
  }

  @ParameterizedTest
  @CsvSource({
    "ECONNRESET, connection reset",
    "ECONNREFUSED, connection refused",
    "EPIPE, the connection is closed for writing",
    "ETIMEDOUT, connection timed out",
    "EHOSTUNREACH, no route to host",
    "ENETUNREACH, network is unreachable",
    "EADDRINUSE, address already in use",
    "EADDRNOTAVAIL, cannot assign requested address",
    "EACCES, permission denied",
    "EMFILE, the process has no free file descriptor",
    "ENFILE, the system has no free file descriptor",
    "ENOSPC, limit of epoll watches reached",
    "ENOTCONN, not connected",
  })
  void texts(String name, String text) {
    int errno = kernel().get(name);
    assertEquals(text, Errno.text(errno));
    assertEquals(text + " (" + name + ")", Errno.describe(errno));
  }

  @Test
  void noTwoHaveTheSameText() throws Exception {
    Map<String, Integer> texts = new HashMap<>();
    for (int errno : ours().values()) {
      String text = Errno.text(errno);
      if (!text.equals(Errno.text(4711))) {
        Integer other = texts.put(text, errno);
        assertTrue(other == null, text + " stands for " + other + " and " + errno);
      }
    }
    assertTrue(texts.size() > 20);
  }

  @Test
  void shortages() throws Exception {
    Set<Integer> shortages = new HashSet<>();
    for (int errno = -1; errno < 200; errno++) {
      if (Errno.isResourceShortage(errno)) {
        shortages.add(errno);
      }
    }
    assertEquals(Set.of(12, 23, 24, 105), shortages);
  }
}
