package org.tribuo.distill.input.internal.item;

import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.FeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modality;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Sequences of ids of items, without texts and tokenizers, for models with one input {@code
 * item_ids}; 0 pads short rows on the right. Which of a row's items a position may read is the
 * model's own affair.
 */
public final class ItemSequences implements Modality<ItemHistory> {
  @Override
  public Feeder<ItemHistory> feeder(Map<String, TensorType> inputs) {
    return ItemFeeder.of(inputs);
  }

  @Override
  public boolean reads(FeatureMap features) {
    return features.keySet().stream().anyMatch(ItemHistory::isItem);
  }

  @Override
  public InputReader<ItemHistory> reader(
      Transformer student, FeatureMap features, OptionalInt maxLength, int padId) {
    return ItemReader.of(student, ItemReader.domain(features), maxLength);
  }

  @Override
  public InputReader<ItemHistory> readerOfTrained(
      Transformer model, OptionalInt maxLength, int padId) {
    return ItemReader.of(model, ItemReader.ANY_DOMAIN, maxLength);
  }

  @Override
  public String toString() {
    return "ItemSequences";
  }
}
