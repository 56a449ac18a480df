package org.tribuo.distill.input.internal.item;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.Output;
import org.tribuo.impl.ArrayExample;

/**
 * Items in the order in which they came, by their numbers from 1: at least one. In an example the
 * feature {@code item.DOMAIN@00042} holds the number of the item at position 42, where the domain
 * stands for all items that are numbered: an item has other numbers among others, and another
 * domain makes another name. Immutable: the array is not handed out.
 *
 * @param domain eight hexadecimal digits
 * @param numbers from 1, the oldest first
 */
public record ItemHistory(String domain, int[] numbers) {
  /** The most items that an example holds: 100,000. */
  public static final int MAX_LENGTH = 100_000;

  private static final String PREFIX = "item.";
  private static final Pattern NAME = Pattern.compile("item\\.([0-9a-f]{8})@([0-9]{5})");

  /**
   * @throws IllegalArgumentException if there is no item, there are too many, or a number is below
   *     1
   */
  public ItemHistory {
    numbers = numbers.clone();
    if (numbers.length < 1 || numbers.length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "A history has %d items, expected 1 to %d".formatted(numbers.length, MAX_LENGTH));
    }
    for (int i = 0; i < numbers.length; i++) {
      if (numbers[i] < 1) {
        throw new IllegalArgumentException(
            "The item at position %d has the number %d, expected one from 1"
                .formatted(i, numbers[i]));
      }
    }
  }

  /**
   * The items of an example.
   *
   * @throws IllegalArgumentException if it has other features, those of several domains, a gap
   *     between its items, or a value that is not a number of an item; the message names the
   *     feature
   */
  public static ItemHistory of(Example<?> example) {
    int[] numbers = new int[example.size()];
    String domain = "";
    for (Feature feature : example) {
      Matcher name = NAME.matcher(feature.getName());
      if (!name.matches()) {
        throw new IllegalArgumentException(
            "Feature '%s' is not an item, expected names like '%s'; make the examples with RatingDataSource or ItemRanker"
                .formatted(feature.getName(), name("0123abcd", 0)));
      }
      if (!domain.isEmpty() && !domain.equals(name.group(1))) {
        throw new IllegalArgumentException(
            "Feature '%s' is of other items than '%s': an example has items of one domain"
                .formatted(feature.getName(), name(domain, 0)));
      }
      domain = name.group(1);
      int position = Integer.parseInt(name.group(2));
      if (position >= numbers.length || numbers[position] != 0) {
        throw new IllegalArgumentException(
            "Feature '%s' is not the only one of its position, or others before it are missing: the example has %d; was a feature removed, by pruning or by feature selection?"
                .formatted(feature.getName(), numbers.length));
      }
      numbers[position] = number(feature);
    }
    return new ItemHistory(domain, numbers);
  }

  private static int number(Feature feature) {
    double value = feature.getValue();
    if (!(value >= 1 && value <= Integer.MAX_VALUE && value == Math.rint(value))) {
      throw new IllegalArgumentException(
          "Feature '%s' is %s, expected the number of an item, from 1; was a transformation applied to the dataset?"
              .formatted(feature.getName(), value));
    }
    return (int) value;
  }

  /** Whether a feature is an item. */
  static boolean isItem(String feature) {
    return NAME.matcher(feature).matches();
  }

  /** The domain of an item's feature. */
  static String domainOf(String feature) {
    return feature.substring(PREFIX.length(), feature.indexOf('@'));
  }

  /** The name of the feature at a position, from 0. */
  static String name(String domain, int position) {
    String digits = Integer.toString(position);
    return PREFIX + domain + "@" + "0".repeat(5 - digits.length()) + digits;
  }

  /** The number of items. */
  public int length() {
    return numbers.length;
  }

  /** The number of the item at a position, from 0. */
  public int number(int position) {
    return numbers[position];
  }

  /** An example with these items. */
  public <T extends Output<T>> Example<T> toExample(T output) {
    List<Feature> features = new ArrayList<>(numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      features.add(new Feature(name(domain, i), numbers[i]));
    }
    return new ArrayExample<>(output, features);
  }

  /**
   * Some of the items.
   *
   * @param from the position of the first
   * @param to that behind the last
   */
  public ItemHistory part(int from, int to) {
    return new ItemHistory(domain, Arrays.copyOfRange(numbers, from, to));
  }

  /** A copy. */
  @Override
  public int[] numbers() {
    return numbers.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ItemHistory history
        && domain.equals(history.domain)
        && Arrays.equals(numbers, history.numbers);
  }

  @Override
  public int hashCode() {
    return 31 * domain.hashCode() + Arrays.hashCode(numbers);
  }

  @Override
  public String toString() {
    return "ItemHistory(%s, %s)".formatted(domain, Arrays.toString(numbers));
  }
}
