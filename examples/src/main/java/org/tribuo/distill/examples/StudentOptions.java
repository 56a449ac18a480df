package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.CutStudent;
import org.tribuo.distill.EncoderStudent;
import org.tribuo.distill.OnnxStudent;
import org.tribuo.distill.StudentSource;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.TransformerLayers;

/** Who learns. Without a file: some layers of the fine-tuned teacher. */
public final class StudentOptions implements Options, Configurable {
  private static final String MODEL =
      "ONNX file of a Transformer that reads the teacher's tokens and gets a fresh head; without it"
          + " the student is cut out of the fine-tuned teacher";
  private static final String LAYERS =
      "layers that are cut out of the teacher, spread evenly, the first and the last among them";

  @Config(description = MODEL)
  @Option(longName = "student", usage = MODEL)
  public @Nullable Path model;

  @Config(description = LAYERS)
  @Option(longName = "student-layers", usage = LAYERS)
  public int layers = 2;

  /**
   * The student before it is trained.
   *
   * @param teacher the ONNX file of the fine-tuned teacher
   * @param pooling for the fresh head of a student with a file of its own
   */
  StudentSource source(Path teacher, Pooling pooling) {
    return model == null
        ? CutStudent.keeping(layers, OnnxStudent.of(teacher))
        : EncoderStudent.of(model, pooling);
  }

  /**
   * Checks that the student can be cut out of the teacher, if it is to be.
   *
   * @throws PropertyException if the teacher does not have as many layers
   * @throws org.tribuo.distill.graph.GraphException if the teacher is no Transformer
   * @throws IOException if its file cannot be read
   */
  void check(Path teacher) throws IOException {
    if (model == null) {
      int most = TransformerLayers.find(Graph.of(OnnxModel.read(teacher))).count();
      if (layers < 1 || layers > most) {
        throw new PropertyException(
            "student",
            "layers",
            "%d layers are to be cut out of %s, which has %d".formatted(layers, teacher, most));
      }
    }
  }

  /** What the student is, in a few words. */
  String described() {
    return model == null
        ? "%d of the teacher's layers, with its embeddings and head".formatted(layers)
        : "%s with a fresh head".formatted(model);
  }

  @Override
  public String getOptionsDescription() {
    return "Student";
  }
}
