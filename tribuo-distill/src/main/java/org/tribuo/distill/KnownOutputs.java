package org.tribuo.distill;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.tribuo.Dataset;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.regression.RegressionFactory;

/** What a student may answer. */
final class KnownOutputs {
  private KnownOutputs() {}

  /** The outputs of a dataset. */
  static <T extends Output<T>> ImmutableOutputInfo<T> of(Dataset<T> examples) {
    return examples.getOutputIDInfo();
  }

  /** The outputs of a dataset, or if it has no labelled example what the teacher may answer. */
  static <T extends Output<T>> ImmutableOutputInfo<T> of(Dataset<T> examples, TeacherSource teacher)
      throws IOException {
    if (examples.getOutputInfo().size() > 0) {
      return of(examples);
    }
    OutputFactory<T> factory = examples.getOutputFactory();
    Map<T, Integer> outputs = new HashMap<>();
    for (String name : teacher.labels().names()) {
      boolean number = factory instanceof RegressionFactory;
      outputs.put(factory.generateOutput(number ? name + "=0" : name), outputs.size());
    }
    return factory.constructInfoForExternalModel(outputs);
  }
}
