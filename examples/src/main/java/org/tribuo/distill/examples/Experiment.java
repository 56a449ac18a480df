package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import java.io.IOException;
import org.tribuo.distill.component.InputFiles;

/** All that determines an experiment. */
public final class Experiment implements Configurable {
  @Config(mandatory = true, description = "The texts.")
  private DataOptions data;

  @Config(mandatory = true, description = "The teacher.")
  private TeacherOptions teacher;

  @Config(mandatory = true, description = "The student.")
  private StudentOptions student;

  @Config(mandatory = true, description = "How.")
  private TrainingOptions training;

  @Config(mandatory = true, description = "Where the results go.")
  private OutputOptions output;

  /** For OLCUT. */
  private Experiment() {}

  static Experiment of(
      DataOptions data,
      TeacherOptions teacher,
      StudentOptions student,
      TrainingOptions training,
      OutputOptions output) {
    Experiment experiment = new Experiment();
    experiment.data = data;
    experiment.teacher = teacher;
    experiment.student = student;
    experiment.training = training;
    experiment.output = output;
    return experiment;
  }

  /** Names the files that stand for those that are not named. */
  void complete(ResultFolder results) throws IOException {
    data.complete();
    teacher.complete(results.pretrained());
  }

  /**
   * The files that are read, after {@link #complete}.
   *
   * @throws IOException if a model cannot be read
   */
  InputFiles inputs() throws IOException {
    InputFiles inputs =
        InputFiles.of(data.files()).with(teacher.tokenizerFile()).withModel(teacher.file());
    return student.model == null ? inputs : inputs.withModel(student.model);
  }

  DataOptions data() {
    return data;
  }

  TeacherOptions teacher() {
    return teacher;
  }

  StudentOptions student() {
    return student;
  }

  TrainingOptions training() {
    return training;
  }

  OutputOptions output() {
    return output;
  }

  Trainers trainers() {
    return trainers(training.seed);
  }

  /** The trainers of the same experiment with another seed. */
  Trainers trainers(long seed) {
    return new Trainers(teacher, student, training, seed);
  }
}
