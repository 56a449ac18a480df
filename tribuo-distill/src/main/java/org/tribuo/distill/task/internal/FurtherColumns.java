package org.tribuo.distill.task.internal;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of logits behind those that the data give, which are of nothing: tables are filled up to
 * a size that is computed quickly. Their names are numbers.
 */
public final class FurtherColumns {
  private static final int FILLED_UP_TO = 8;
  private static final int MOST = 1024;

  private FurtherColumns() {}

  /**
   * Whether so many columns may be those that are given and further ones: a multiple of 8, with at
   * most 1,024 that are not given.
   */
  public static boolean areBehind(int given, int columns) {
    return columns > given && columns % FILLED_UP_TO == 0 && columns - given <= MOST;
  }

  /** Whether columns are those that are given and further ones. */
  public static boolean areBehind(LabelOrder given, LabelOrder columns) {
    return areBehind(given.size(), columns.size())
        && columns.names().subList(0, given.size()).equals(given.names())
        && columns.names().stream().skip(given.size()).allMatch(FurtherColumns::isNumber);
  }

  private static boolean isNumber(String name) {
    return name.chars().allMatch(each -> each >= '0' && each <= '9');
  }

  /** The columns that are given, and as many behind them as there are. */
  public static LabelOrder behind(LabelOrder given, int columns) {
    List<String> all = new ArrayList<>(given.names());
    all.addAll(LabelOrder.numbered(columns).names().subList(given.size(), columns));
    return new LabelOrder(all);
  }
}
