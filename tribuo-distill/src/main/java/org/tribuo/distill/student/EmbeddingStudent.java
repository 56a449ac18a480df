package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Imprint;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.distill.transformer.internal.head.EmbeddingHead;

/**
 * Another student without its head: what it outputs for a text is a vector, pooled from its last
 * layer. An exported file has the outputs {@code last_hidden_state} [batch, positions, width] and
 * {@code sentence_embedding} [batch, width], in this order, by which other libraries find them.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.EmbeddingStudent">
 *   <property name="encoder" value="layers"/>
 *   <property name="pooling" value="FIRST_TOKEN"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class EmbeddingStudent implements StudentSource {
  /** How vectors of another width than the teacher's are compared with the teacher's. */
  public enum Projection {
    /** They are not: the widths must be equal. */
    NONE,

    /** By a linear layer that is part of the student: its vectors are as wide as the teacher's. */
    KEPT,

    /**
     * By a linear layer after the student, on an output {@code projected_embedding}: the student's
     * vectors stay as wide as they are, and an export as an embedder leaves the layer out.
     */
    LEFT_OUT
  }

  @ConfigurableName private String component = "EmbeddingStudent";

  @Config(mandatory = true, description = "The student whose head is left out.")
  private StudentSource encoder;

  @Config(description = "How one vector for a text comes out of the last layer.")
  private Pooling pooling = Pooling.MEAN;

  @Config(description = "Whether each vector is divided by its length.")
  private Pooling.Length length = Pooling.Length.UNIT;

  @Config(description = "What compares vectors of another width than the teacher's.")
  private Projection projection = Projection.NONE;

  /** For OLCUT. */
  private EmbeddingStudent() {}

  /**
   * A student whose vectors are of unit length, and as wide as the teacher's.
   *
   * @param encoder its head is left out
   * @param pooling {@code MEAN} or {@code FIRST_TOKEN}, as the teacher's usually
   * @throws PropertyException if it is another pooling
   */
  public static EmbeddingStudent of(StudentSource encoder, Pooling pooling) {
    EmbeddingStudent student = new EmbeddingStudent();
    student.encoder = encoder;
    student.pooling = pooling;
    student.postConfig();
    return student;
  }

  /** The same with vectors of another length. */
  public EmbeddingStudent length(Pooling.Length other) {
    EmbeddingStudent student = copy();
    student.length = other;
    student.postConfig();
    return student;
  }

  /** The same with another projection. */
  public EmbeddingStudent projection(Projection other) {
    EmbeddingStudent student = copy();
    student.projection = other;
    student.postConfig();
    return student;
  }

  private EmbeddingStudent copy() {
    EmbeddingStudent copy = of(encoder, pooling);
    copy.length = length;
    copy.projection = projection;
    return copy;
  }

  @Override
  public void postConfig() {
    PropertyChecks.of(this, component);
    if (pooling != Pooling.MEAN && pooling != Pooling.FIRST_TOKEN) {
      throw new PropertyException(
          component,
          "pooling",
          "is %s, but the vector of a text is made of its hidden states: use MEAN or FIRST_TOKEN"
              .formatted(pooling));
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if the vectors are of another width than the teacher's, and there is
   *     no projection; or a vector for each token is wanted
   */
  @Override
  public Student make(StudentRequest request) throws IOException {
    if (request.head().row().isRagged()) {
      throw new PropertyException(
          component,
          "encoder",
          "gives a vector for each text, and %s is wanted".formatted(request.head()));
    }
    Student whole = encoder.make(request);
    int width = Math.toIntExact(EmbeddingHead.width(whole.transformer(), pooling));
    return make(
        whole, request.head(), projection(width, request.head().columns().size(), request.seed()));
  }

  private Student make(Student whole, Head head, Optional<EmbeddingHead.Projection> projected) {
    EmbeddingHead pooled = new EmbeddingHead(pooling, length == Pooling.Length.UNIT, projected);
    return new Student(
        Transformer.of(pooled.attach(whole.transformer()).toModel()),
        List.of(pooled.output()),
        head,
        whole.made(),
        Imprint.NOTHING);
  }

  private Optional<EmbeddingHead.Projection> projection(int width, int wanted, long seed) {
    if (width == wanted) {
      return Optional.empty();
    }
    if (projection == Projection.NONE) {
      throw new PropertyException(
          component,
          "projection",
          "is NONE, but the student's vectors have %d numbers and the teacher's %d; use KEPT or LEFT_OUT, or an encoder of that width"
              .formatted(width, wanted));
    }
    return Optional.of(new EmbeddingHead.Projection(wanted, seed, projection == Projection.KEPT));
  }

  /**
   * Writes the student as it is before it is trained, without a projection, whole or not at all.
   *
   * @throws org.tribuo.distill.graph.GraphException if there can be no such student
   * @throws IOException if a file cannot be read or written, or the file is one of those that this
   *     student is made of
   */
  public void exportOnnx(Path file) throws IOException {
    InputFiles.ofProvenance(getProvenance()).checkOutput(file);
    TransformerFiles files = new TransformerFiles();
    Head any = Head.ofExamples(LabelOrder.of("0", "1"));
    StudentRequest request = StudentRequest.withoutExamples(any, 0, files);
    makeUnprojected(request).model().inOneFile().write(file);
  }

  /**
   * The student without a projection, its head the vectors as wide as they are.
   *
   * @param request of which the head is left out
   */
  Student makeUnprojected(StudentRequest request) throws IOException {
    Student whole = encoder.make(request);
    int width = Math.toIntExact(EmbeddingHead.width(whole.transformer(), pooling));
    return make(whole, Head.ofExamples(LabelOrder.numbered(width)), Optional.empty());
  }

  /** What compares vectors of another width than the teacher's. */
  Projection projection() {
    return projection;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Student");
  }

  @Override
  public String toString() {
    return "EmbeddingStudent(%s, pooling=%s, length=%s, projection=%s)"
        .formatted(encoder, pooling, length, projection);
  }
}
