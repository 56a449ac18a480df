package org.tribuo.distill.student.internal;

import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.internal.pass.Float16Weights;
import org.tribuo.distill.graph.internal.pass.InferenceForm;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.TiedWeights;

/** The numbers in which a file keeps a model's weights. */
final class ExportedWeights {
  private ExportedWeights() {}

  /**
   * A model with weights of a precision.
   *
   * @throws GraphException if they are to be integers, and are already, or are in no product
   */
  static OnnxModel of(Transformer model, ExportPrecision precision) {
    return switch (precision) {
      case FLOAT32 -> model.model();
      case FLOAT16 -> inHalves(model.graph());
      case INT8 -> inIntegers(model.normalizedForTraining());
    };
  }

  private static OnnxModel inHalves(Graph graph) {
    Float16Weights.apply(graph);
    return graph.toModel();
  }

  /** What is held twice, as a table of embeddings and as the product of logits, is held once. */
  private static OnnxModel inIntegers(Graph graph) {
    TiedWeights.find(graph).merge(graph);
    return InferenceForm.withInt8Weights(graph);
  }
}
