package org.tribuo.distill.task;

import java.util.Collection;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.classification.ImmutableLabelInfo;
import org.tribuo.classification.Label;
import org.tribuo.multilabel.ImmutableMultiLabelInfo;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.regression.ImmutableRegressionInfo;
import org.tribuo.regression.Regressor;

/** Chooses the codec that fits the outputs of a dataset. */
final class Codecs {
  private Codecs() {}

  @SuppressWarnings("unchecked") // the class of the output info tells the type of its outputs
  static <T extends Output<T>> TargetCodec<T> of(
      ImmutableOutputInfo<T> known, Function<Collection<String>, Columns> columns) {
    Columns matched = columns.apply(names(known));
    if (known instanceof ImmutableLabelInfo) {
      return (TargetCodec<T>) new LabelCodec(matched);
    } else if (known instanceof ImmutableMultiLabelInfo) {
      return (TargetCodec<T>) new MultiLabelCodec(matched);
    }
    return (TargetCodec<T>) new RegressorCodec(matched);
  }

  static SortedSet<String> names(ImmutableOutputInfo<?> known) {
    SortedSet<String> names = new TreeSet<>();
    if (known instanceof ImmutableLabelInfo labels) {
      for (Label label : labels.getDomain()) {
        names.add(label.getLabel());
      }
    } else if (known instanceof ImmutableMultiLabelInfo labels) {
      for (MultiLabel label : labels.getDomain()) {
        names.addAll(label.getNameSet());
      }
    } else if (known instanceof ImmutableRegressionInfo dimensions) {
      for (Regressor dimension : dimensions.getDomain()) {
        names.addAll(Set.of(dimension.getNames()));
      }
      return names;
    } else {
      throw new IllegalArgumentException(
          "Outputs described by %s cannot be learnt, expected Label, MultiLabel or Regressor"
              .formatted(known.getClass().getName()));
    }
    // A dataset that was saved and read counts its unlabelled examples as a label of their own.
    names.remove(Label.UNKNOWN);
    return names;
  }
}
