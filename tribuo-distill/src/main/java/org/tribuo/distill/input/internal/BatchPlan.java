package org.tribuo.distill.input.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Cuts rows into batches of similar lengths, so that little of a batch is padding. A batch is an
 * array of row numbers, and is bounded by its rows and by its tokens <em>with padding</em>: rows
 * times the length of the longest. A pure function of the lengths, the settings and the random
 * numbers; safe for many threads.
 *
 * @param maxRows the maximum number of rows of a batch
 * @param maxTokens the maximum number of tokens of a batch, padding included
 * @param pool how many batches' worth of rows are sorted together for training: more means less
 *     padding, fewer a better mix of lengths
 */
public record BatchPlan(int maxRows, int maxTokens, int pool) {
  /** The usual size of a pool, in batches. */
  public static final int DEFAULT_POOL = 50;

  /**
   * What a batch costs beside its tokens, in tokens: a run of a small Transformer that reads one
   * text of a few tokens takes about as long as so many more tokens in a large batch.
   */
  private static final int BATCH_COST = 64;

  /**
   * @throws IllegalArgumentException if a bound is less than 1
   */
  public BatchPlan {
    if (maxRows < 1 || maxTokens < 1 || pool < 1) {
      throw new IllegalArgumentException(
          "maxRows is %d, maxTokens %d and pool %d, each must be at least 1"
              .formatted(maxRows, maxTokens, pool));
    }
  }

  /** Batches bounded by their rows alone. */
  public static BatchPlan ofRows(int maxRows) {
    return new BatchPlan(maxRows, Integer.MAX_VALUE, DEFAULT_POOL);
  }

  /** Batches bounded by their rows and by their tokens, padding included. */
  public static BatchPlan of(int maxRows, int maxTokens) {
    return new BatchPlan(maxRows, maxTokens, DEFAULT_POOL);
  }

  /**
   * The batches of one epoch of training: rows are shuffled and dealt into pools, each pool is
   * sorted by length and cut, and the batches are shuffled. A rest is shared out with the batch
   * before it, so that no batch is much smaller than the others unless the tokens ask for that: a
   * loss that compares the rows of a batch needs several.
   *
   * @param lengths the tokens of each row
   * @param random gives both shuffles, and moves on: the next epoch is another one
   * @return every row exactly once
   * @throws IllegalArgumentException if a row is longer than {@code maxTokens}, or has no tokens
   */
  public List<int[]> training(int[] lengths, SplittableRandom random) {
    check(lengths);
    Integer[] rows = rows(lengths);
    shuffle(rows, random);
    int poolRows = (int) Math.min(rows.length, (long) pool * maxRows);
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < rows.length; from += poolRows) {
      Integer[] pooled = Arrays.copyOfRange(rows, from, Math.min(rows.length, from + poolRows));
      Arrays.sort(pooled, Comparator.comparingInt(row -> lengths[row]));
      List<int[]> ofPool = new ArrayList<>();
      cut(pooled, lengths, ofPool);
      shareRest(ofPool, lengths);
      batches.addAll(ofPool);
    }
    int[][] shuffled = batches.toArray(int[][]::new);
    shuffle(shuffled, random);
    return List.of(shuffled);
  }

  /**
   * The batches of a pass that only reads: rows, sorted by length, are cut where that costs least,
   * each batch its tokens, padding included, and {@link #BATCH_COST} more. So mixed lengths become
   * several batches of similar lengths, few rows stay together, and little is padding.
   *
   * <p>The longest rows come first, so that the most memory is needed at the start. Of plans that
   * cost the same the one with the most rows in its first batches is taken.
   *
   * @param lengths the tokens of each row
   * @return every row exactly once
   * @throws IllegalArgumentException if a row is longer than {@code maxTokens}, or has no tokens
   */
  public List<int[]> inference(int[] lengths) {
    check(lengths);
    Integer[] rows = longestFirst(lengths);
    int[] ends = cheapestEnds(Arrays.stream(rows).mapToInt(row -> lengths[row]).toArray());
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < rows.length; from = ends[from]) {
      batches.add(unbox(rows, from, ends[from]));
    }
    return List.copyOf(batches);
  }

  /**
   * As {@link #inference}, in as few batches as the bounds allow: for a model that pads rows
   * further, to a length or a number of rows that it fixes.
   *
   * @param lengths the tokens of each row
   * @return every row exactly once
   * @throws IllegalArgumentException if a row is longer than {@code maxTokens}, or has no tokens
   */
  public List<int[]> fewest(int[] lengths) {
    check(lengths);
    List<int[]> batches = new ArrayList<>();
    cut(longestFirst(lengths), lengths, batches);
    return List.copyOf(batches);
  }

  private static Integer[] longestFirst(int[] lengths) {
    Integer[] rows = rows(lengths);
    Arrays.sort(rows, Comparator.comparingInt(row -> -lengths[row]));
    return rows;
  }

  /**
   * For a batch that begins at a row where it ends, so that what follows costs least.
   *
   * @param lengths of the rows, the longest first
   */
  private int[] cheapestEnds(int[] lengths) {
    int[] ends = new int[lengths.length];
    long[] costs = new long[lengths.length + 1];
    for (int from = lengths.length - 1; from >= 0; from--) {
      int most = Math.max(1, Math.min(maxRows, maxTokens / lengths[from]));
      costs[from] = Long.MAX_VALUE;
      for (int rows = Math.min(lengths.length - from, most); rows > 0; rows--) {
        int to = from + rows;
        long cost = (long) rows * lengths[from] + BATCH_COST + costs[to];
        if (cost < costs[from]) {
          costs[from] = cost;
          ends[from] = to;
        }
      }
    }
    return ends;
  }

  private void check(int[] lengths) {
    for (int row = 0; row < lengths.length; row++) {
      if (lengths[row] < 1 || lengths[row] > maxTokens) {
        throw new IllegalArgumentException(
            "Row %d has %d tokens, expected 1 to %d, the most that a batch may have; %s"
                .formatted(row, lengths[row], maxTokens, "raise maxTokens or truncate the text"));
      }
    }
  }

  /** Cuts rows, sorted by length either way, as late as the bounds allow. */
  private void cut(Integer[] rows, int[] lengths, List<int[]> batches) {
    int from = 0;
    int longest = 0;
    for (int i = 0; i < rows.length; i++) {
      longest = Math.max(longest, lengths[rows[i]]);
      if (i - from == maxRows || (long) (i - from + 1) * longest > maxTokens) {
        batches.add(unbox(rows, from, i));
        from = i;
        longest = lengths[rows[i]];
      }
    }
    if (from < rows.length) {
      batches.add(unbox(rows, from, rows.length));
    }
  }

  /** Halves the last two batches together, where the longer half may have as many tokens. */
  private void shareRest(List<int[]> batches, int[] lengths) {
    int last = batches.size() - 1;
    if (last < 1) {
      return;
    }
    int[] rest = batches.get(last);
    int[] before = batches.get(last - 1);
    int half = (before.length + rest.length) / 2;
    long longest = lengths[rest[rest.length - 1]];
    if (rest.length < half && half * longest <= maxTokens) {
      int[] both = Arrays.copyOf(before, before.length + rest.length);
      System.arraycopy(rest, 0, both, before.length, rest.length);
      batches.set(last - 1, Arrays.copyOf(both, both.length - half));
      batches.set(last, Arrays.copyOfRange(both, both.length - half, both.length));
    }
  }

  private static Integer[] rows(int[] lengths) {
    return IntStream.range(0, lengths.length).boxed().toArray(Integer[]::new);
  }

  private static int[] unbox(Integer[] rows, int from, int to) {
    return Arrays.stream(rows, from, to).mapToInt(Integer::intValue).toArray();
  }

  private static <E> void shuffle(E[] elements, SplittableRandom random) {
    for (int i = elements.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      E swapped = elements[i];
      elements[i] = elements[j];
      elements[j] = swapped;
    }
  }
}
