package dev.loompoll.bench.report;

import java.util.Arrays;
import java.util.List;

/**
 * The rank-sum test of Mann, Whitney and Wilcoxon, two-sided and exact, with ties: how often two
 * rows of rounds that come from the same source lie as far apart as these.
 *
 * <p>Ranks, for one slice in which the machine was away must not decide.
 */
final class RankTest {
  private RankTest() {}

  static double p(List<Double> one, List<Double> other) {
    int n = one.size();
    int m = other.size();
    if (n == 0 || m == 0) {
      return 1;
    }
    int[] ranks = doubledRanks(one, other);
    int total = Arrays.stream(ranks).sum();
    double[][] ways = ways(ranks, n, total);
    // as a distance from what is expected, times the number of all
    long seen = distance(Arrays.stream(ranks, 0, n).sum(), n, n + m, total);
    double all = 0;
    double asFar = 0;
    for (int sum = 0; sum <= total; sum++) {
      all += ways[n][sum];
      if (distance(sum, n, n + m, total) >= seen) {
        asFar += ways[n][sum];
      }
    }
    return asFar / all;
  }

  /** The least that so many rounds can give: above the limit they can never tell. */
  static double least(int n, int m) {
    double choices = 1;
    for (int i = 1; i <= n; i++) {
      choices = choices * (m + i) / i;
    }
    return Math.min(1, 2 / choices);
  }

  private static long distance(int sum, int n, int all, int total) {
    return Math.abs((long) sum * all - (long) n * total);
  }

  /** Equal values share the mean of their ranks; doubled, these are whole numbers. */
  private static int[] doubledRanks(List<Double> one, List<Double> other) {
    double[] values = new double[one.size() + other.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i < one.size() ? one.get(i) : other.get(i - one.size());
    }
    int[] ranks = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      int below = 0;
      int equal = 0;
      for (double v : values) {
        below += v < values[i] ? 1 : 0;
        equal += v == values[i] ? 1 : 0;
      }
      ranks[i] = 2 * below + equal + 1;
    }
    return ranks;
  }

  /** In how many ways k of the ranks make a sum. */
  private static double[][] ways(int[] ranks, int most, int total) {
    double[][] ways = new double[most + 1][total + 1];
    ways[0][0] = 1;
    for (int rank : ranks) {
      for (int k = most; k > 0; k--) {
        for (int sum = total; sum >= rank; sum--) {
          ways[k][sum] += ways[k - 1][sum - rank];
        }
      }
    }
    return ways;
  }
}
