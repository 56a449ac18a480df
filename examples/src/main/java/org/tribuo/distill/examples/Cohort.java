package org.tribuo.distill.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.SeveralTeachers;

/**
 * The fine-tuned teachers of one seed, and those who learn from them.
 *
 * @param trainers of the students, with that seed
 * @param teacher the ONNX file of the first teacher
 * @param second the second one, if there is one
 * @param softTargets keeps what they say
 * @param activationCacheBytes the maximum memory for intermediate activations of the first teacher
 * @param teachers how good they are
 */
record Cohort(
    Trainers trainers,
    Path teacher,
    Optional<OnnxTeacher> second,
    Path softTargets,
    long activationCacheBytes,
    List<Trial> teachers) {
  /** Of everything random. */
  long seed() {
    return trainers.seed();
  }

  /** The nearest class mean, without training. */
  DistillationTrainer<Label> classMeans() {
    return trainers.classMeans();
  }

  /** A student that learns from labels alone, and has nothing of the fine-tuned teacher. */
  DistillationTrainer<Label> control() throws IOException {
    return trainers.control();
  }

  /** A student that learns from labels alone, but starts with layers of the fine-tuned teacher. */
  DistillationTrainer<Label> controlFromTeacher() throws IOException {
    return trainers.control(teacher);
  }

  /** A student that learns by a recipe. */
  DistillationTrainer<Label> student(LossRecipe recipe, float weight) throws IOException {
    DistillationTrainer.Builder<Label> builder =
        trainers
            .teaching(teacher, softTargets)
            .activationTeacher(OnnxTeacher.of(teacher).activationCacheBytes(activationCacheBytes));
    recipe.addTo(builder, trainers.training(), weight);
    if (recipe.asksTwoTeachers()) {
      builder.teacher(
          SeveralTeachers.of(trainers.teacher().teaching(teacher), second.orElseThrow()));
    }
    return builder.build();
  }
}
