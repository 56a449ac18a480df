package org.tribuo.distill.generation.internal;

import java.util.List;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.student.internal.NetworkRunner;
import org.tribuo.distill.student.internal.StudentNetwork;

/** A model that reads the whole text, and its source, for each token. */
public final class WholeModel implements GeneratingModel {
  private final StudentNetwork network;
  private final NetworkRunner runner;

  /**
   * @param network whose prediction is the logits of the last step, so that each text can be one of
   *     its rows
   */
  public WholeModel(StudentNetwork network, Device device) {
    this.network = network;
    this.runner = new NetworkRunner(network, device);
  }

  @Override
  public List<Source> encoded(List<Source> sources) {
    return sources;
  }

  @Override
  public List<Continuation> after(List<Hypothesis> texts) {
    ExampleInputs<?> rows = ReadTexts.of(network.reader(), texts);
    Continuation[] continuations = new Continuation[texts.size()];
    for (int[] alike : ReadTexts.ofAsManySteps(rows)) {
      List<float[]> found = runner.rows(rows.pick(alike));
      for (int i = 0; i < alike.length; i++) {
        continuations[alike[i]] = Continuation.of(found.get(i));
      }
    }
    return List.of(continuations);
  }

  @Override
  public void close() {
    runner.close();
  }

  @Override
  public String toString() {
    return "WholeModel(%s)".formatted(network.output());
  }
}
