package org.tribuo.distill.student;

import java.util.Comparator;
import java.util.List;

/** Finds names that may be meant by one that does not exist. */
final class NearNames {
  private NearNames() {}

  /**
   * The names that have the longest piece in common with what was asked for, the nearest first.
   *
   * @param count the maximum that are returned
   */
  static List<String> of(String wanted, List<String> names, int count) {
    Comparator<String> nearest = Comparator.comparingInt(name -> -commonLength(wanted, name));
    return names.stream().sorted(nearest).limit(count).toList();
  }

  /** The length of the longest text that occurs in both. */
  private static int commonLength(String one, String other) {
    int longest = 0;
    int[] endingBefore = new int[other.length() + 1];
    for (int i = 1; i <= one.length(); i++) {
      int[] ending = new int[other.length() + 1];
      for (int j = 1; j <= other.length(); j++) {
        if (one.charAt(i - 1) == other.charAt(j - 1)) {
          ending[j] = endingBefore[j - 1] + 1;
          longest = Math.max(longest, ending[j]);
        }
      }
      endingBefore = ending;
    }
    return longest;
  }
}
