package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.Prediction;
import org.tribuo.Tribuo;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.file.internal.FileDigests;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.provenance.ModelProvenance;

/**
 * A model of Tribuo that predicts the examples of a student by their own features.
 *
 * @param file that it was read from
 * @param model that was in it
 * @param task what teacher and student predict
 * @param columns the names of its outputs, sorted
 * @param floor the smallest probability
 */
public record ReadyTribuoModel<T extends Output<T>>(
    Path file, Model<T> model, Task<T> task, NamedColumns columns, float floor)
    implements ReadyTeacher {
  /**
   * A model for a task.
   *
   * @throws IllegalArgumentException if it predicts other outputs, or more than a row of each
   */
  public static <T extends Output<T>> ReadyTribuoModel<T> of(
      Path file, Model<?> model, Task<T> task, float floor) {
    if (!model.validate(task.outputType())) {
      throw new IllegalArgumentException(
          "The teacher '%s' predicts %s, expected %s"
              .formatted(
                  file,
                  model.getOutputIDInfo().getDomain().iterator().next().getClass().getSimpleName(),
                  task.outputType().getSimpleName()));
    }
    Model<T> fitting = model.castModel(task.outputType());
    List<String> names = List.copyOf(task.names(fitting.getOutputIDInfo()));
    if (!task.head(new LabelOrder(names)).row().equals(RowShape.of(names.size()))) {
      throw new IllegalArgumentException(
          "The teacher '%s' has one row of numbers for each example, but %s predicts more of one; use an ONNX model as the teacher"
              .formatted(file, task));
    }
    return new ReadyTribuoModel<>(
        file, fitting, task, new NamedColumns(names, NamedColumns.Origin.METADATA), floor);
  }

  @Override
  public Optional<ModelProvenance> provenance() {
    return Optional.of(model.getProvenance());
  }

  /**
   * Checks that the model can read each example: by a feature that it knows, or in a way of its
   * own, as one of images reads pixels that stay in their files though it was trained on others.
   *
   * @throws IllegalArgumentException if it cannot read one; the message says which
   */
  public void check(Dataset<?> examples) {
    int row = 0;
    boolean readsOthers = false;
    for (Example<?> example : examples) {
      if (!readsOthers && !knowsFeatureOf(example)) {
        checkReads(fitting(example), row);
        readsOthers = true;
      }
      row++;
    }
  }

  private boolean knowsFeatureOf(Example<?> example) {
    for (Feature feature : example) {
      if (model.getFeatureIDMap().get(feature.getName()) != null) {
        return true;
      }
    }
    return false;
  }

  private void checkReads(Example<T> example, int row) {
    try {
      model.predict(example);
    } catch (IllegalArgumentException e) {
      ExampleException refused =
          new ExampleException(
              row,
              "has no feature that the teacher '%s' knows, such as '%s'; train the teacher on features of the same names"
                  .formatted(file, model.getFeatureIDMap().get(0).getName()));
      refused.initCause(e);
      throw refused;
    }
  }

  @SuppressWarnings("unchecked") // the task was found by the outputs of the examples
  private Example<T> fitting(Example<?> example) {
    return (Example<T>) example;
  }

  @Override
  public Opened open(
      Dataset<?> examples,
      ExampleInputs<?> ofStudent,
      OptionalInt maxLength,
      TransformerFiles files)
      throws IOException {
    check(examples);
    List<Example<T>> rows = new ArrayList<>();
    examples.forEach(example -> rows.add(fitting(example)));
    // What a prediction states: that of an ensemble has probabilities if its members' votes are.
    Prediction<T> first = model.predict(rows.get(0));
    boolean decides = first.getOutputScores().isEmpty();
    AnswerForm form =
        first.hasProbabilities() || decides
            ? task.probabilities().orElse(AnswerForm.LOGITS)
            : AnswerForm.LOGITS;
    LogitsOfValues logits =
        new LogitsOfValues("The teacher '%s'".formatted(file), columns.names(), form, floor);
    return new Opened(
        new Predictions<>(this, rows, FileDigests.sha256(file), logits),
        new WholeExamples(rows.size(), digest(rows)));
  }

  private static <T extends Output<T>> String digest(List<Example<T>> rows) {
    return Sha256.hex(
        Sha256.digest(() -> rows.stream().flatMap(row -> bytes(row).stream()).iterator()));
  }

  /**
   * All features of an example, how many they are, and its metadata, in which a model of this
   * library finds images that stay in their files.
   */
  private static List<ByteBuffer> bytes(Example<?> example) {
    List<ByteBuffer> all = new ArrayList<>();
    all.add(ByteBuffer.allocate(Integer.BYTES).putInt(example.size()).flip());
    for (Feature feature : example) {
      byte[] name = feature.getName().getBytes(StandardCharsets.UTF_8);
      all.add(
          ByteBuffer.allocate(Integer.BYTES + name.length + Double.BYTES)
              .putInt(name.length)
              .put(name)
              .putDouble(feature.getValue())
              .flip());
    }
    Map<String, Object> metadata = new TreeMap<>(example.getMetadata());
    all.add(ByteBuffer.wrap(metadata.toString().getBytes(StandardCharsets.UTF_8)));
    return all;
  }

  /** What the model predicts for some examples. */
  private record Predictions<T extends Output<T>>(
      ReadyTribuoModel<T> teacher, List<Example<T>> examples, String sha256, LogitsOfValues values)
      implements SoftTargetSource {
    @Override
    public LabelOrder labels() {
      return new LabelOrder(teacher.columns.names());
    }

    @Override
    public RowShape shape() {
      return RowShape.of(teacher.columns.names().size());
    }

    @Override
    public SoftTargetKey keyFor(TeacherInputs rows) {
      return new SoftTargetKey(
          sha256,
          values.described(),
          ExecutionProvider.CPU,
          Precision.FLOAT32,
          rows.sha256(),
          OptionalInt.empty());
    }

    @Override
    public List<float[]> logits(TeacherBatch batch) {
      List<Example<T>> asked = Arrays.stream(batch.rows()).mapToObj(examples::get).toList();
      List<Prediction<T>> predictions = teacher.model.predict(asked);
      List<float[]> logits = new ArrayList<>();
      for (int i = 0; i < predictions.size(); i++) {
        double[] scores = teacher.task.scores(predictions.get(i), labels());
        logits.add(values.of(scores, "example " + batch.rows()[i]));
      }
      return logits;
    }

    @Override
    public String runtime() {
      return "Tribuo " + Tribuo.VERSION;
    }
  }
}
