package org.tribuo.distill.transformer.internal.cut;

import java.util.List;
import org.tribuo.distill.transformer.internal.cut.Channels.Axis;

/**
 * Channels of a Transformer of which some can be taken out: the heads of a layer, the inner width
 * of a feed-forward block, or the hidden states.
 *
 * @param kind what they are
 * @param name for messages
 * @param size how many there are as a person counts them: heads, not groups of heads
 * @param channels by their numbers in {@link Channels}, each standing for {@code size /
 *     channels.size()}
 * @param products the products with a weight that read them
 */
public record ChannelGroup(
    Kind kind, String name, int size, List<Integer> channels, List<ReadingProduct> products) {
  /** What channels are. */
  public enum Kind {
    /** The size of a hidden state. */
    WIDTH("width"),

    /** Heads of an attention, or groups of them that share keys and values. */
    HEADS("heads"),

    /** The width inside of a feed-forward block. */
    INNER("inner width");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }

  /**
   * A product of an activation and a weight, which is summed over channels.
   *
   * @param activation the name of the value that is multiplied
   * @param weight the name of the weight
   * @param axis of the weight, along which the sum is
   * @param channels position by position
   */
  public record ReadingProduct(String activation, String weight, int axis, List<Integer> channels) {
    static ReadingProduct of(Channels channels, Axis activation, Axis weight) {
      return new ReadingProduct(
          activation.value(), weight.value(), weight.axis(), channels.of(activation));
    }

    public ReadingProduct {
      channels = List.copyOf(channels);
    }
  }

  public ChannelGroup {
    channels = List.copyOf(channels);
    products = List.copyOf(products);
  }

  /** How many of what a person counts are one channel: of grouped queries those of a group. */
  public int together() {
    return size / channels.size();
  }
}
