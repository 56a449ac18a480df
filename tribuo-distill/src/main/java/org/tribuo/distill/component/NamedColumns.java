package org.tribuo.distill.component;

import java.util.List;

/**
 * What the columns of a model's logits stand for.
 *
 * @param names of the columns, in order
 * @param origin where that is stated
 */
public record NamedColumns(List<String> names, Origin origin) {
  /** Where it is stated what the columns stand for. */
  public enum Origin {
    /** The configuration, or the caller. */
    STATED,
    /** The task: all of its models have the same. */
    TASK,
    /** The metadata of the model's file, as {@code DistilledModel.exportOnnx} writes it. */
    METADATA,
    /** {@code id2label} of a {@code config.json} beside the model's file. */
    CONFIGURATION
  }

  public NamedColumns {
    names = List.copyOf(names);
  }
}
