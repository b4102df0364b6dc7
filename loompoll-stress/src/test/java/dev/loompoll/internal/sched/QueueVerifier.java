package dev.loompoll.internal.sched;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionResult;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.kotlinx.lincheck.execution.ResultWithClock;
import org.jetbrains.kotlinx.lincheck.util.LincheckResult;
import org.jetbrains.kotlinx.lincheck.util.ValueResult;
import org.jetbrains.lincheck.datastructures.verifier.CachedVerifier;

/**
 * Whether there is an order of the calls in which a plain queue gives the same results, and which
 * keeps to the calls' times: one that began when another had returned comes after it.
 *
 * <p>A run queue promises a little less than a queue, and exactly that is allowed. Between a
 * pusher's claim and its publication, takers see the end there; between a taker's claim and its
 * release, a pusher sees no room. So beside a push that is under way, a pop may find nothing and a
 * theft less than half; beside a pop or a theft that is under way, a push may find the queue full.
 */
abstract class QueueVerifier extends CachedVerifier {
  private record Call(
      String name, int argument, Object result, int thread, int index, int[] after) {
    boolean follows(Call other) {
      return after[other.thread] > other.index;
    }

    boolean isBeside(Call other) {
      return other != this && !follows(other) && !other.follows(this);
    }

    boolean isPush() {
      return name.equals("push");
    }
  }

  private final int capacity;

  QueueVerifier(int capacity) {
    this.capacity = capacity;
  }

  /** Made by Lincheck. */
  public static class OfTwo extends QueueVerifier {
    public OfTwo(Class<?> specification) {
      super(2);
    }
  }

  /** Made by Lincheck. */
  public static class OfFour extends QueueVerifier {
    public OfFour(Class<?> specification) {
      super(4);
    }
  }

  @Override
  public boolean verifyResultsImpl(ExecutionScenario scenario, ExecutionResult result) {
    List<Integer> queue = new ArrayList<>();
    if (!inTurn(scenario.getInitExecution(), result.getInitResults(), queue)) {
      return false;
    }
    List<List<Call>> threads = new ArrayList<>();
    for (int t = 0; t < scenario.getParallelExecution().size(); t++) {
      List<Call> calls = new ArrayList<>();
      List<Actor> actors = scenario.getParallelExecution().get(t);
      for (int i = 0; i < actors.size(); i++) {
        ResultWithClock r = result.getParallelResultsWithClock().get(t).get(i);
        calls.add(call(actors.get(i), r.getResult(), t, i, r.getClockOnStart().getClock()));
      }
      threads.add(calls);
    }
    return new Search(threads, scenario.getPostExecution(), result.getPostResults())
        .from(new int[threads.size()], queue);
  }

  private static Call call(Actor actor, LincheckResult result, int thread, int index, int[] after) {
    List<?> arguments = actor.getArguments();
    int argument = arguments.isEmpty() ? 0 : (Integer) arguments.getFirst();
    Object value = result instanceof ValueResult v ? v.getValue() : result.toString();
    return new Call(actor.getMethod().getName(), argument, value, thread, index, after);
  }

  /** Calls one after the other, with nothing beside them. */
  private boolean inTurn(List<Actor> actors, List<LincheckResult> results, List<Integer> queue) {
    for (int i = 0; i < actors.size(); i++) {
      if (!apply(call(actors.get(i), results.get(i), 0, i, new int[1]), queue, false, false)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Applies a call to the plain queue.
   *
   * @return whether it gives the same result
   */
  private boolean apply(Call c, List<Integer> queue, boolean besidePush, boolean besideTaker) {
    switch (c.name) {
      case "push" -> {
        boolean fits = queue.size() < capacity;
        if (c.result.equals(false)) {
          return !fits || besideTaker;
        }
        queue.add(c.argument);
        return fits && c.result.equals(true);
      }
      case "pop" -> {
        if (c.result.equals(0)) {
          return queue.isEmpty() || besidePush;
        }
        return !queue.isEmpty() && c.result.equals(queue.removeFirst());
      }
      default -> {
        if (!(c.result instanceof List<?> stolen) || stolen.size() > queue.size()) {
          return false;
        }
        int half = (queue.size() + 1) / 2;
        List<Integer> oldest = queue.subList(0, stolen.size());
        boolean right =
            oldest.equals(stolen) && (stolen.size() == half || besidePush && stolen.size() < half);
        oldest.clear();
        return right;
      }
    }
  }

  private final class Search {
    private final List<List<Call>> threads;
    private final List<Actor> after;
    private final List<LincheckResult> afterResults;
    private final Map<List<Object>, Boolean> known = new HashMap<>();

    Search(List<List<Call>> threads, List<Actor> after, List<LincheckResult> afterResults) {
      this.threads = threads;
      this.after = after;
      this.afterResults = afterResults;
    }

    /** Whether the rest has an order, when each thread has come so far. */
    boolean from(int[] done, List<Integer> queue) {
      List<Object> state = new ArrayList<>(queue);
      for (int n : done) {
        state.add(n);
      }
      Boolean before = known.get(state);
      if (before == null) {
        before = search(done, queue);
        known.put(state, before);
      }
      return before;
    }

    private boolean search(int[] done, List<Integer> queue) {
      boolean finished = true;
      for (int t = 0; t < done.length; t++) {
        if (done[t] == threads.get(t).size()) {
          continue;
        }
        finished = false;
        Call c = threads.get(t).get(done[t]);
        if (mayBeNext(c, done)) {
          List<Integer> then = new ArrayList<>(queue);
          if (apply(c, then, isBeside(c, true), isBeside(c, false))) {
            int[] next = done.clone();
            next[t]++;
            if (from(next, then)) {
              return true;
            }
          }
        }
      }
      return finished && inTurn(after, afterResults, new ArrayList<>(queue));
    }

    private boolean mayBeNext(Call c, int[] done) {
      for (int t = 0; t < done.length; t++) {
        if (done[t] < c.after[t]) {
          return false; // one that had returned before it began
        }
      }
      return true;
    }

    private boolean isBeside(Call c, boolean push) {
      for (List<Call> calls : threads) {
        for (Call other : calls) {
          if (c.isBeside(other) && other.isPush() == push) {
            return true;
          }
        }
      }
      return false;
    }
  }
}
