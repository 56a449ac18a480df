package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tribuo.Output;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.teacher.internal.LiveTeacherActivations;
import org.tribuo.distill.teacher.internal.TeacherAnswers;
import org.tribuo.distill.training.internal.NonFiniteLossException;
import org.tribuo.distill.training.internal.PrefetchedBatches;
import org.tribuo.distill.training.internal.TrainedStudent;
import org.tribuo.distill.training.internal.TrainingData;
import org.tribuo.distill.training.internal.data.ExampleTrainingData;
import org.tribuo.distill.training.internal.data.ExamplesByLength;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.provenance.TrainerProvenance;

/**
 * One call of {@code train}: prepares all that can fail without running, runs the teachers, trains
 * the student stage by stage, and makes the model.
 */
final class Distillation<T extends Output<T>> {
  private final Recipe recipe;
  private final ExamplesByLength<T> examples;
  private final Preparation.Seeds seeds;
  private final int invocation;
  private final DistillationListener listener;
  private final RunProvenance report = new RunProvenance();

  Distillation(
      Recipe recipe,
      ExamplesByLength<T> examples,
      SplittableRandom random,
      int invocation,
      DistillationListener listener) {
    this.recipe = recipe;
    this.examples = examples;
    this.seeds = Preparation.Seeds.of(random, recipe.statedStages().size());
    this.invocation = invocation;
    this.listener = listener;
  }

  DistilledModel<T> run(TrainerProvenance trainer, Map<String, Provenance> runProvenance) {
    return prepared(
        trainer,
        (prepared, files) -> {
          try (SoftTargetPhase.Outcome softTargets =
              new SoftTargetPhase<>(recipe, prepared, invocation, files, listener).run()) {
            report.softTargets(softTargets);
            return train(prepared, softTargets, trainer, runProvenance);
          }
        });
  }

  /** All but the teacher and the stages. */
  DistilledModel<T> untrained(TrainerProvenance trainer, Map<String, Provenance> runProvenance) {
    return prepared(
        trainer, (prepared, files) -> model(prepared, imprinted(prepared), trainer, runProvenance));
  }

  /** What is done with examples and student, once it is known that they fit. */
  @FunctionalInterface
  private interface Step<T extends Output<T>> {
    DistilledModel<T> of(Preparation<T> prepared, TransformerFiles files) throws IOException;
  }

  private DistilledModel<T> prepared(TrainerProvenance trainer, Step<T> step) {
    if (examples.whole().size() == 0) {
      throw new IllegalArgumentException("The dataset is empty, expected examples to train on");
    }
    recipe.lastGoodStudent().ifPresent(Distillation::checkFolder);
    try {
      checkOutputs(InputFiles.ofProvenance(trainer, examples.whole().getProvenance()));
      Engines.training();
      TransformerFiles files = new TransformerFiles();
      Preparation<T> prepared = Preparation.of(recipe, examples, seeds, files, listener);
      report.prepared(prepared);
      return step.of(prepared, files);
    } catch (ExampleException e) {
      throw examples.names().apply(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DistilledModel<T> train(
      Preparation<T> prepared,
      SoftTargetPhase.Outcome softTargets,
      TrainerProvenance trainer,
      Map<String, Provenance> runProvenance) {
    StudentNetwork network = imprinted(prepared);
    for (Preparation.PreparedStage<T> stage : prepared.stages()) {
      Optional<TeacherAnswers> answers =
          Optional.ofNullable(softTargets.answers().get(stage.examples())).map(stage::read);
      if (stage.largest().isPresent()) {
        answers.ifPresent(read -> report.largest(stage.stage().name(), read.columns()));
      }
      try {
        network = train(prepared, stage, network, stage.data().with(answers));
      } catch (NonFiniteLossException e) {
        throw stopped(prepared, stage.stage(), network, e, trainer, runProvenance);
      }
    }
    return model(prepared, network, trainer, runProvenance);
  }

  private StudentNetwork imprinted(Preparation<T> prepared) {
    if (prepared.imprinting().isEmpty()) {
      return prepared.student();
    }
    StudentNetwork imprinted = prepared.imprinting().get().apply(recipe.device());
    report.imprinted(imprinted);
    return imprinted;
  }

  private static void checkFolder(Path lastGoodStudent) {
    Path folder = lastGoodStudent.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "lastGoodStudent is %s, but there is no folder %s; make it, or name another file"
              .formatted(lastGoodStudent, folder));
    }
  }

  /** Checks before anything is trained that no file that is read would be replaced. */
  private void checkOutputs(InputFiles inputs) throws IOException {
    if (recipe.lastGoodStudent().isPresent()) {
      inputs.checkOutput(recipe.lastGoodStudent().get());
    }
    if (recipe.softTargetStore().isPresent()) {
      inputs.checkOutput(recipe.softTargetStore().get());
    }
  }

  /** Trains the student in a stage; where activations are compared, beside the running teacher. */
  private StudentNetwork train(
      Preparation<T> prepared,
      Preparation.PreparedStage<T> stage,
      StudentNetwork network,
      ExampleTrainingData texts) {
    if (stage.wanted().isEmpty()) {
      return trainOn(texts, prepared, stage, network);
    }
    try (LiveTeacherActivations live =
            new LiveTeacherActivations(
                texts,
                prepared.activations().orElseThrow(),
                stage.wanted(),
                recipe.device(),
                recipe.activations().orElseThrow().activationCacheBytes());
        PrefetchedBatches ahead = new PrefetchedBatches(live)) {
      StudentNetwork trained = trainOn(ahead, prepared, stage, network);
      report.activations(stage.stage().name(), live);
      return trained;
    }
  }

  private StudentNetwork trainOn(
      TrainingData data,
      Preparation<T> prepared,
      Preparation.PreparedStage<T> stage,
      StudentNetwork network) {
    String name = stage.stage().name();
    TrainedStudent trained =
        stage
            .training()
            .train(
                network.onnx(),
                data,
                prepared.validation().filter(any -> stage.settings().earlyStopping().isPresent()),
                listener.stage(name));
    report.stage(name, trained);
    report.frozen(name, stage.settings().frozen());
    return network.withWeightsOf(trained.model());
  }

  private TrainingStoppedException stopped(
      Preparation<T> prepared,
      Stage stage,
      StudentNetwork network,
      NonFiniteLossException reason,
      TrainerProvenance trainer,
      Map<String, Provenance> runProvenance) {
    TrainedStudent lastGood = reason.lastGood().orElseThrow();
    report.stopped(stage.name(), lastGood, reason);
    DistilledModel<T> model =
        model(prepared, network.withWeightsOf(lastGood.model()), trainer, runProvenance);
    TrainingStoppedException exception = new TrainingStoppedException(stage.name(), model, reason);
    if (recipe.lastGoodStudent().isPresent()) {
      try {
        model.exportOnnx(recipe.lastGoodStudent().get());
      } catch (IOException e) {
        exception.addSuppressed(e);
      }
    }
    return exception;
  }

  private DistilledModel<T> model(
      Preparation<T> prepared,
      StudentNetwork network,
      TrainerProvenance trainer,
      Map<String, Provenance> runProvenance) {
    StudentNetwork asTrained = network.withReader(reader(network.reader()));
    report.ranOn(recipe.device());
    report.maxLength(asTrained.reader().maxLength());
    return new DistilledModel<>(
        "distilled",
        report.of(examples.whole().getProvenance(), trainer, runProvenance),
        asTrained.reader().featureMap(prepared.examples().examples().getFeatureMap()),
        prepared.outputs(),
        asTrained,
        recipe.device());
  }

  /**
   * The maximum length that the model reads is what is configured, or that of the dataset, or where
   * neither is known, what the student can read.
   */
  private InputReader<?> reader(InputReader<?> ofStudent) {
    return recipe.batching().maxLength().isPresent()
        ? ofStudent
        : ofStudent.asLongAs(examples.whole().getProvenance());
  }
}
