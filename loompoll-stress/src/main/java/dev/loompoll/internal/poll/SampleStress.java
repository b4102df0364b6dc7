package dev.loompoll.internal.poll;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Shows that the module works; delete it when there is a real test. */
@JCStressTest
@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "first actor first")
@Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "second actor first")
@Outcome(expect = Expect.FORBIDDEN, desc = "lost update")
@State
public class SampleStress {
  private final AtomicInteger n = new AtomicInteger();

  @Actor
  public void first(II_Result r) {
    r.r1 = n.incrementAndGet();
  }

  @Actor
  public void second(II_Result r) {
    r.r2 = n.incrementAndGet();
  }
}
