package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.transformer.Pooling;

/** Another teacher, which is fine-tuned as the first one is, and runs beside it. */
public final class SecondTeacherOptions implements Options {
  @Option(longName = "second-teacher", usage = "ONNX file of another Transformer")
  public @Nullable Path model;

  @Option(
      longName = "second-teacher-tokenizer",
      usage = "the tokenizer.json of the second teacher, which may be another than the student's")
  public @Nullable Path tokenizer;

  @Option(
      longName = "second-teacher-pooling",
      usage = "how one vector for a text comes out of the second teacher's last layer")
  public Pooling pooling = Pooling.FIRST_TOKEN;

  @Option(
      longName = "second-teacher-pad",
      usage = "the number of the second teacher's token that fills up short texts")
  public int padId;

  boolean isNamed() {
    return model != null;
  }

  /**
   * This teacher, to be fine-tuned as another one.
   *
   * @throws PropertyException if it has no model, or no tokenizer
   */
  TeacherOptions like(TeacherOptions first) {
    if (model == null || tokenizer == null) {
      throw new PropertyException(
          "second teacher",
          model == null ? "second-teacher" : "second-teacher-tokenizer",
          "is missing, expected the ONNX file of another Transformer and its tokenizer.json");
    }
    TeacherOptions teacher = new TeacherOptions();
    teacher.model = model;
    teacher.tokenizer = tokenizer;
    teacher.pooling = pooling;
    teacher.cosineScale = first.cosineScale;
    teacher.linearHead = first.linearHead;
    teacher.epochs = first.epochs;
    teacher.learningRate = first.learningRate;
    teacher.precision = first.precision;
    return teacher;
  }

  @Override
  public String getOptionsDescription() {
    return "Second teacher";
  }
}
