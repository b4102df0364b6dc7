package dev.loompoll.internal.poll;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultTest {
  @ParameterizedTest
  @ValueSource(
      ints = {
        Result.OK,
        Result.CLOSED,
        Result.TIMEOUT,
        Result.INTERRUPTED,
        Result.NOT_POLLABLE,
        Result.EOF,
        1,
        104,
        4095, // the kernel's greatest errno
        (1 << 30) - 1,
        -1 << 30
      })
  void countAndCodeShareALong(int code) {
    for (int count : new int[] {0, 1, 65_536, Integer.MAX_VALUE}) {
      long result = Result.of(count, code);
      assertEquals(count, Result.count(result));
      assertEquals(code, Result.code(result));
      assertEquals(code == Result.OK, Result.isOk(result));
    }
    assertEquals(code, Result.code(Result.failed(code)));
    assertEquals(0, Result.count(Result.failed(code)));
    assertEquals(Result.OK, Result.code(Result.ok(7)));
    assertEquals(7, Result.count(Result.ok(7)));
  }
}
