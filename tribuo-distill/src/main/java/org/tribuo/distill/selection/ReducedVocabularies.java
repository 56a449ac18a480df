package org.tribuo.distill.selection;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.student.ReducedVocabularyStudent;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Tasks;
import org.tribuo.distill.teacher.TeacherSource;

/**
 * The vocabularies that students within a budget may have.
 *
 * @param component the search, for messages
 * @param tokenizer that of the trainer's student
 * @param reduced tokenizers that {@code KeptVocabulary} wrote of that, at least one
 */
record ReducedVocabularies(String component, Path tokenizer, List<Path> reduced) {
  /**
   * A trainer's student with each of the vocabularies, the largest first. Of those with as many
   * tokens there is one.
   *
   * @param examples in the tokens of the whole vocabulary, with their texts
   * @throws PropertyException if the outputs are of single tokens, the examples have those of
   *     another tokenizer, the teacher does not read such a student's examples, or a tokenizer is
   *     not made of the whole one
   * @throws IllegalArgumentException if an example does not keep its text
   * @throws IOException if a file cannot be read
   */
  <T extends Output<T>> List<WholeStudent<T>> of(
      DistillationTrainer<T> trainer, Dataset<T> examples, Path file) throws IOException {
    checkArePredictedAsAWhole(examples);
    trainer.teacher().stream()
        .flatMap(teacher -> teacher.members().stream())
        .forEach(this::checkTeachesOtherTokens);
    TreeMap<Integer, ReducedVocabularyStudent> bySize = new TreeMap<>(Comparator.reverseOrder());
    for (Path each : reduced) {
      ReducedVocabularyStudent student =
          ReducedVocabularyStudent.of(trainer.student(), tokenizer, each);
      bySize.putIfAbsent(student.vocabularySize(), student);
    }
    List<WholeStudent<T>> students = new ArrayList<>();
    for (Map.Entry<Integer, ReducedVocabularyStudent> each : bySize.entrySet()) {
      students.add(
          WholeStudent.of(
              trainer.toBuilder().student(each.getValue()).build(),
              each.getValue().read(examples),
              OptionalInt.of(each.getKey()),
              component,
              file));
    }
    return students;
  }

  /** What is known of the tokens of a text would be of other tokens then. */
  private void checkArePredictedAsAWhole(Dataset<?> examples) {
    if (Tasks.of(examples.getOutputFactory()).head(LabelOrder.of("0", "1")).perToken()) {
      throw new PropertyException(
          component,
          "reducedTokenizers",
          "are stated, but the outputs are those of single tokens, which are others in each vocabulary; read the examples with one reduced tokenizer, let a ReducedVocabularyStudent of it be the trainer's student, and omit them");
    }
  }

  private void checkTeachesOtherTokens(TeacherSource.Member teacher) {
    if (!teacher.teachesOtherTokens()) {
      throw new PropertyException(
          component,
          "trainer",
          "has the teacher %s, which reads the student's tokens, and these depend on its vocabulary; let it read its own, as OnnxTeacher.reading does"
              .formatted(teacher));
    }
  }
}
