package org.tribuo.distill.input.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import org.tribuo.FeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.Transformer;

/** Finds the modality of a model. */
public final class Modalities {
  private static final List<Modality<?>> FOUND = found();

  private Modalities() {}

  private static List<Modality<?>> found() {
    List<Modality<?>> found = new ArrayList<>();
    ServiceLoader.load(Modality.class, Modalities.class.getClassLoader()).forEach(found::add);
    return List.copyOf(found);
  }

  /**
   * The first modality that can feed a model.
   *
   * @param inputs of the model
   * @throws IllegalArgumentException if none can; the message says why not
   */
  public static Modality<?> of(Map<String, TensorType> inputs) {
    return feeding(inputs).get(0);
  }

  /**
   * The modality of a model that reads a dataset: of those that can feed the model, the first that
   * reads such features.
   *
   * @param inputs of the model
   * @param features of the dataset
   * @throws IllegalArgumentException if none can feed it; the message says why not
   */
  public static Modality<?> of(Map<String, TensorType> inputs, FeatureMap features) {
    List<Modality<?>> feeding = feeding(inputs);
    return feeding.stream()
        .filter(modality -> modality.reads(features))
        .findFirst()
        .orElse(feeding.get(0));
  }

  /**
   * How a model that is only run reads examples: as the first modality that can feed it, and knows
   * without a dataset what it reads.
   *
   * @throws IllegalArgumentException if none can; the message says why not
   */
  public static InputReader<?> readerOfTrained(
      Transformer model, OptionalInt maxLength, int padId) {
    List<String> reasons = new ArrayList<>();
    for (Modality<?> modality : feeding(model.graph().inputs())) {
      try {
        return modality.readerOfTrained(model, maxLength, padId);
      } catch (IllegalArgumentException e) {
        reasons.add(e.getMessage());
      }
    }
    throw new IllegalArgumentException(String.join("; ", reasons));
  }

  /** All that can feed a model, at least one. */
  private static List<Modality<?>> feeding(Map<String, TensorType> inputs) {
    List<Modality<?>> feeding = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (Modality<?> modality : FOUND) {
      try {
        modality.feeder(inputs);
        feeding.add(modality);
      } catch (IllegalArgumentException e) {
        reasons.add(e.getMessage());
      }
    }
    if (feeding.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", reasons));
    }
    return feeding;
  }
}
