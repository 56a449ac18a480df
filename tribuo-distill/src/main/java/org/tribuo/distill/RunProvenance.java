package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DoubleProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.IntProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.LongProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.OperatorLibrary;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.internal.LiveTeacherActivations;
import org.tribuo.distill.teacher.internal.SoftTargetStep;
import org.tribuo.distill.training.internal.NonFiniteLossException;
import org.tribuo.distill.training.internal.TrainedStudent;
import org.tribuo.distill.training.internal.data.ExampleWeights;
import org.tribuo.distill.training.internal.data.StageExamples;
import org.tribuo.distill.transformer.internal.head.TaskHead;
import org.tribuo.provenance.DatasetProvenance;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.TrainerProvenance;

/** Collects what happened in one training: the instance values of the model's provenance. */
final class RunProvenance {
  private final Map<String, Provenance> values = new LinkedHashMap<>();

  /** The training was prepared. */
  void prepared(Preparation<?> prepared) {
    made(prepared.made());
    unseenOutputs(prepared.outputs().unseen());
    rows(prepared.examples());
    prepared.stages().forEach(stage -> rows(stage.examples()));
  }

  /** How the student was made of another, if it was. */
  private void made(List<String> steps) {
    if (!steps.isEmpty()) {
      text("student", String.join(" ", steps));
    }
  }

  private void rows(StageExamples<?> texts) {
    number(texts.prefix() + "labelled-rows", texts.rows().labelledRows().length);
    number(texts.prefix() + "unlabelled-rows", texts.rows().unlabelledRows().length);
    number(texts.prefix() + "held-out-rows", texts.split().heldOut().length);
    ExampleWeights weights = texts.rows().weights();
    if (weights.leftOut() > 0) {
      number(texts.prefix() + "left-out-rows", weights.leftOut());
    }
    if (weights.differ()) {
      text(texts.prefix() + "example-weights", weights.toString());
    }
  }

  /** The teachers were run. */
  void softTargets(SoftTargetPhase.Outcome outcome) {
    outcome
        .runs()
        .forEach(
            (texts, ofTeachers) -> {
              for (int i = 0; i < ofTeachers.size(); i++) {
                String teacher = ofTeachers.size() == 1 ? "" : "teacher-" + (i + 1) + "-";
                softTargets(texts.prefix() + teacher, ofTeachers.get(i));
              }
            });
    models("assistant", outcome.trained());
    models("teacher-model", outcome.models());
  }

  private void models(String name, List<ModelProvenance> models) {
    for (int i = 0; i < models.size(); i++) {
      values.put(i == 0 ? name : name + "-" + (i + 1), models.get(i));
    }
  }

  private void softTargets(String prefix, SoftTargetStep.Answer answer) {
    TeacherRun run = answer.run();
    number(prefix + "soft-targets-computed", run.computedRows());
    number(prefix + "soft-targets-reused", run.reusedRows());
    text(prefix + "soft-targets-runtime", answer.softTargets().runtimeVersion());
    text(prefix + "soft-targets-providers", names(answer.providers()));
    Precision precision = answer.softTargets().key().precision();
    text(prefix + "soft-targets-precision", precision.name());
    if (precision == Precision.BFLOAT16_PRODUCTS) {
      operatorLibrary();
    }
    run.cost()
        .ifPresent(
            cost -> {
              number(prefix + "soft-targets-compared", cost.examples());
              decimal(prefix + "soft-targets-divergence", cost.divergence());
              cost.agreement().ifPresent(same -> decimal(prefix + "soft-targets-agreement", same));
            });
  }

  /** The head of the student took the class means. */
  void imprinted(StudentNetwork student) {
    Tensor scale = student.transformer().graph().initializer(TaskHead.SCALE);
    decimal("head-scale", scale.cast(ElementType.FLOAT).toFloats()[0]);
  }

  /**
   * A stage of the training has ended.
   *
   * @param name what the names of its values begin with
   */
  void stage(String name, TrainedStudent trained) {
    put(new LongProvenance(name + "-steps", trained.steps()));
    number(name + "-best-epoch", trained.epoch());
    trained.metrics().forEach((metric, value) -> decimal(name + "-" + metric, value));
  }

  /** A stage reads so many of the teacher's largest logits. */
  void largest(String name, int logits) {
    number(name + "-largest-logits", logits);
  }

  /** Weights kept their values in a stage, if there are any. */
  void frozen(String name, Set<String> weights) {
    if (!weights.isEmpty()) {
      number(name + "-frozen-weights", weights.size());
    }
  }

  /**
   * The teacher's activations were computed in a stage.
   *
   * @param name of the stage
   */
  void activations(String name, LiveTeacherActivations activations) {
    put(new LongProvenance(name + "-activations-computed", activations.computedRows()));
    put(new LongProvenance(name + "-activations-reused", activations.reusedRows()));
  }

  /** A stage of the training was stopped. */
  void stopped(String name, TrainedStudent lastGood, NonFiniteLossException reason) {
    stage(name, lastGood);
    put(new LongProvenance("stopped-at-step", reason.step()));
    text("stopped-by-term", reason.term());
  }

  /** What the model may answer although no example has it. */
  private void unseenOutputs(List<String> names) {
    List<StringProvenance> all = new ArrayList<>();
    names.forEach(name -> all.add(new StringProvenance("unseen-output", name)));
    values.put("unseen-outputs", new ListProvenance<>(all));
  }

  /** The maximum length that the model reads. */
  void maxLength(int tokens) {
    number("max-length", tokens);
  }

  void ranOn(Device device) {
    text("onnxruntime-version", Engines.inference().version());
    text("providers", names(device.providers()));
    text("precision", device.computedPrecision().name());
    if (device.precision() != Precision.FLOAT32) {
      operatorLibrary();
    }
  }

  private void operatorLibrary() {
    OperatorLibrary library = OperatorLibrary.required();
    text("operator-library", library.version());
    text("instruction-set", library.instructionSet());
  }

  /** The provenance of the model that was trained, with what the caller states about the run. */
  ModelProvenance of(
      DatasetProvenance dataset, TrainerProvenance trainer, Map<String, Provenance> ofCaller) {
    Map<String, Provenance> all = new LinkedHashMap<>(values);
    all.putAll(ofCaller);
    return new ModelProvenance(
        DistilledModel.class.getName(),
        OffsetDateTime.now(ZoneId.systemDefault()),
        dataset,
        trainer,
        all);
  }

  private void number(String key, int value) {
    put(new IntProvenance(key, value));
  }

  private void decimal(String key, double value) {
    put(new DoubleProvenance(key, value));
  }

  private void text(String key, String value) {
    put(new StringProvenance(key, value));
  }

  private void put(PrimitiveProvenance<?> value) {
    values.put(value.getKey(), value);
  }

  private static String names(List<ExecutionProvider> providers) {
    return String.join(",", providers.stream().map(ExecutionProvider::name).toList());
  }
}
