package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.student.CosineHead;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.Pooling;

/** The teacher. Without a file: all-MiniLM-L6-v2, from its jar. */
public final class TeacherOptions implements Options, Configurable {
  private static final String MODEL =
      "ONNX file of a Transformer; without it all-MiniLM-L6-v2, from its jar";
  private static final String TOKENIZER = "the tokenizer.json of that Transformer";
  private static final String POOLING =
      "how one vector for a text comes out of the teacher's last layer, for a fresh head";
  private static final String SCALE =
      "scale of a fresh head of cosines, which is imprinted with class means; without it at most"
          + " 16, as the labelled texts decide";
  private static final String LINEAR =
      "fresh heads are linear layers of random weights, not cosines";
  private static final String LABELS =
      "names of the columns of the teacher's logits, in order, to keep the head that its file has;"
          + " without them it gets a fresh one, or if it is not fine-tuned, they are those that the"
          + " file states";
  private static final String EPOCHS =
      "passes over the labelled texts to fine-tune the teacher; 0 takes it as it is, a finished"
          + " classifier, and no text needs a label";
  private static final String RATE = "peak of the learning rate of the teacher";

  private static final String PRECISION =
      "numbers in which the teacher computes soft targets: FLOAT32, BFLOAT16_PRODUCTS or"
          + " INT8_PRODUCTS; without it as --precision says";

  @Config(description = MODEL)
  @Option(longName = "teacher", usage = MODEL)
  public @Nullable Path model;

  @Config(description = TOKENIZER)
  @Option(longName = "teacher-tokenizer", usage = TOKENIZER)
  public @Nullable Path tokenizer;

  @Config(description = POOLING)
  @Option(longName = "pooling", usage = POOLING)
  public Pooling pooling = Pooling.MEAN;

  @Config(description = SCALE)
  @Option(longName = "cosine-scale", usage = SCALE)
  public @Nullable Float cosineScale;

  @Config(description = LINEAR)
  @Option(longName = "linear-head", usage = LINEAR)
  public boolean linearHead;

  @Config(description = LABELS)
  @Option(longName = "teacher-labels", usage = LABELS)
  public List<String> labels = List.of();

  @Config(description = EPOCHS)
  @Option(longName = "teacher-epochs", usage = EPOCHS)
  public int epochs = 6;

  @Config(description = RATE)
  @Option(longName = "teacher-learning-rate", usage = RATE)
  public float learningRate = 2e-4f;

  @Config(description = PRECISION)
  @Option(longName = "teacher-precision", usage = PRECISION)
  public @Nullable Precision precision;

  @ConfigurableName private String component = "TeacherOptions";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
  }

  /**
   * Takes all-MiniLM-L6-v2 where no file is named.
   *
   * @param pretrained where its files are unpacked
   * @throws PropertyException if there is a model, but no tokenizer, or a linear head has a scale
   */
  void complete(Path pretrained) throws IOException {
    if (linearHead && cosineScale != null) {
      throw new PropertyException(
          "teacher", "cosineScale", "is of cosines, but the head is linear: omit one of both");
    }
    if (model == null) {
      model = Pretrained.MINI_LM.modelIn(pretrained);
      tokenizer = tokenizer == null ? Pretrained.MINI_LM.tokenizerIn(pretrained) : tokenizer;
    }
    if (tokenizer == null) {
      throw new PropertyException(
          "teacher", "tokenizer", "is missing, expected the tokenizer.json of %s".formatted(model));
    }
  }

  /** The tokenizer, after {@link #complete}. */
  Path tokenizerFile() {
    return Objects.requireNonNull(tokenizer, "complete() names the tokenizer");
  }

  /** The ONNX file, after {@link #complete}. */
  Path file() {
    return Objects.requireNonNull(model, "complete() names the model");
  }

  /** Whether it is a classifier that needs no training. */
  boolean isFinished() {
    return epochs == 0;
  }

  /** Whether its file is an encoder, whose head is made here. */
  boolean hasFreshHead() {
    return labels.isEmpty() && !isFinished();
  }

  /** The teacher before it is fine-tuned, after {@link #complete}. */
  StudentSource source() {
    return hasFreshHead() ? withFreshHead(file()) : OnnxStudent.of(file(), labels);
  }

  /** An encoder with the head that is stated here. */
  EncoderStudent withFreshHead(Path encoder) {
    EncoderStudent student = EncoderStudent.of(encoder, pooling);
    if (linearHead) {
      return student;
    }
    CosineHead head = new CosineHead();
    return student.withHead(cosineScale == null ? head : head.scale(cosineScale));
  }

  /**
   * The ONNX file that teaches, after {@link #complete}.
   *
   * @param result where fine-tuning leaves it
   */
  Path fineTuned(Path result) {
    return isFinished() ? file() : result;
  }

  /**
   * The labels that the teacher knows whatever labels the texts have, after {@link #complete}.
   *
   * @throws PropertyException if it is finished, and what its columns stand for is not stated
   * @throws IOException if its file cannot be read
   */
  List<String> knownLabels() throws IOException {
    return isFinished() ? OnnxTeacher.of(file(), labels).labelOrder() : labels;
  }

  /** The names of its columns, where that file does not state them. */
  List<String> fineTunedLabels() {
    return isFinished() ? labels : List.of();
  }

  /**
   * The teacher of a student.
   *
   * @param fineTuned its ONNX file
   */
  OnnxTeacher teaching(Path fineTuned) {
    OnnxTeacher teacher = OnnxTeacher.of(fineTuned, fineTunedLabels());
    return precision == null ? teacher : teacher.withPrecision(precision);
  }

  @Override
  public String getOptionsDescription() {
    return "Teacher";
  }
}
