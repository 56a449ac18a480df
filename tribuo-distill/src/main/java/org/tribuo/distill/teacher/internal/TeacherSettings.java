package org.tribuo.distill.teacher.internal;

import java.nio.file.Path;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.EncoderHead;

/**
 * What makes a teacher.
 *
 * @param model an ONNX file; its external data lies beside it
 * @param labels the names of the logits' columns, in the order of the model
 * @param rows the shape of the logits of one example; where its columns come first, {@code [2,
 *     tokens]}, each label is the name of an output {@code [rows, tokens]}
 * @param logits the output that holds the logits; empty to find it
 * @param values whether that output holds the values of a regression, which are taken as they are;
 *     of a classifier that ends in probabilities the logits below them are taken
 * @param head what pools an encoder, in place of everything behind its layers; empty for a model
 *     whose file has the output
 * @param device where the teacher runs
 * @param int8 whether its products with weights are computed in integers of 8 bits, on a device
 *     that computes in float32 otherwise
 */
public record TeacherSettings(
    Path model,
    LabelOrder labels,
    RowShape rows,
    Optional<String> logits,
    boolean values,
    Optional<EncoderHead> head,
    Device device,
    boolean int8) {
  /**
   * @throws IllegalArgumentException unless there is a label for each column of a row, or if it is
   *     to compute in two shorter precisions
   */
  public TeacherSettings {
    if (rows.columns() != labels.size()) {
      throw new IllegalArgumentException(
          "The teacher '%s' has %d labels, and its logits of an example are %s; state a label for each column"
              .formatted(model, labels.size(), rows));
    }
    if (int8 && device.precision() != Precision.FLOAT32) {
      throw new IllegalArgumentException(
          "The teacher '%s' is to compute in %s on %s, expected a device in %s"
              .formatted(model, Precision.INT8_PRODUCTS, device, Precision.FLOAT32));
    }
  }

  /**
   * A classifier of examples on the CPU with ONNX Runtime's own choice of threads; the logits are
   * found.
   */
  public static TeacherSettings of(Path model, LabelOrder labels) {
    return new TeacherSettings(
        model,
        labels,
        RowShape.of(labels.size()),
        Optional.empty(),
        false,
        Optional.empty(),
        Device.cpu(),
        false);
  }

  /** The same, of which an example has logits of another shape: a vector for each token, say. */
  public TeacherSettings withRows(RowShape shape) {
    return new TeacherSettings(model, labels, shape, logits, values, head, device, int8);
  }

  /** The same with the logits in a named output. */
  public TeacherSettings withLogits(String output) {
    return new TeacherSettings(
        model, labels, rows, Optional.of(output), values, head, device, int8);
  }

  /** The same, asked for the values of a regression. */
  public TeacherSettings withValues() {
    return new TeacherSettings(model, labels, rows, logits, true, head, device, int8);
  }

  /** The same of an encoder that is pooled, and output as it is. */
  public TeacherSettings withHead(EncoderHead pooled) {
    return new TeacherSettings(
        model, labels, rows, Optional.of(pooled.output()), true, Optional.of(pooled), device, int8);
  }

  /** The same, run elsewhere. */
  public TeacherSettings withDevice(Device elsewhere) {
    return new TeacherSettings(model, labels, rows, logits, values, head, elsewhere, int8);
  }

  /** The same, its products with weights in integers of 8 bits, or not. */
  public TeacherSettings withInt8(boolean products) {
    return new TeacherSettings(model, labels, rows, logits, values, head, device, products);
  }

  /** The graph that has the output: that of the file, or that of an encoder that is pooled. */
  Graph graphOf(Transformer read) {
    return head.map(pooled -> pooled.attachAlone(read)).orElseGet(read::graph);
  }

  /** The precision in which the soft targets are computed. */
  public Precision precision() {
    return int8 ? Precision.INT8_PRODUCTS : device.computedPrecision();
  }
}
