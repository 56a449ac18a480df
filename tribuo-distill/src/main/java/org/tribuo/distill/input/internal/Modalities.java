package org.tribuo.distill.input.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.tribuo.distill.graph.TensorType;

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
    List<String> reasons = new ArrayList<>();
    for (Modality<?> modality : FOUND) {
      try {
        modality.feeder(inputs);
        return modality;
      } catch (IllegalArgumentException e) {
        reasons.add(e.getMessage());
      }
    }
    throw new IllegalArgumentException(String.join("; ", reasons));
  }
}
