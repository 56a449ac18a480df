package org.tribuo.distill.examples;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationBuilder;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.objective.DistLoss;
import org.tribuo.distill.objective.DkdLoss;
import org.tribuo.distill.objective.ExampleRelationLoss;
import org.tribuo.distill.objective.FeatureLossSource;
import org.tribuo.distill.objective.LayerLoss;
import org.tribuo.distill.objective.MiniLmLoss;
import org.tribuo.distill.objective.SoftLossSource;
import org.tribuo.distill.objective.StandardSoftLoss;
import org.tribuo.distill.objective.StandardizedLoss;
import org.tribuo.distill.objective.WeightedFeature;

/** What a student learns from its teacher. */
enum LossRecipe {
  /** Kullback-Leibler divergence of the softened probabilities, the usual one. */
  KL(StandardSoftLoss.of(StandardSoftLoss.Kind.KL_DIVERGENCE)),
  /** The same with student and teacher exchanged. */
  REVERSE_KL(StandardSoftLoss.of(StandardSoftLoss.Kind.REVERSE_KL)),
  /** Jensen-Shannon divergence. */
  JENSEN_SHANNON(StandardSoftLoss.of(StandardSoftLoss.Kind.JENSEN_SHANNON)),
  /** Squared distance of the logits. */
  LOGITS_MSE(StandardSoftLoss.of(StandardSoftLoss.Kind.LOGITS_MSE)),
  /** Decoupled knowledge distillation of texts that have a label. */
  DKD(DkdLoss.of(1, 8)),
  /** The same of all texts, where the teacher's likeliest class stands for a missing label. */
  DKD_OF_ALL(DkdLoss.of(1, 8).with(Dkd.Unlabelled.TEACHERS_CLASS)),
  /** Correlations of the softened probabilities. */
  DIST(DistLoss.of(1, 1)),
  /** KL of standardised logits. */
  STANDARDIZED_KL(StandardizedLoss.of(StandardSoftLoss.of(StandardSoftLoss.Kind.KL_DIVERGENCE))),
  /** KL with the mean answer of two teachers. */
  TWO_TEACHERS(StandardSoftLoss.of(StandardSoftLoss.Kind.KL_DIVERGENCE)),
  /** KL and the hidden states. */
  KL_HIDDEN_STATES(LayerLoss.of(LayerLoss.Kind.HIDDEN_STATE_MSE)),
  /** KL and the attention. */
  KL_ATTENTION(LayerLoss.of(LayerLoss.Kind.ATTENTION_PROBABILITIES_KL)),
  /** KL and the relations of queries, keys and values. */
  KL_MINILM(MiniLmLoss.of(12)),
  /** KL and the distances of the texts. */
  KL_RKD(ExampleRelationLoss.of(ExampleRelationLoss.Kind.RKD_DISTANCE)),
  /**
   * First hidden states and attention alone, then KL: half of the epochs each. The weight does not
   * matter, since nothing is added to it.
   */
  TINYBERT(LayerLoss.of(LayerLoss.Kind.TINY_BERT)) {
    @Override
    void addTo(DistillationBuilder<Label> trainer, TrainingOptions training, float featureWeight) {
      int epochs = training.epochs;
      List<TrainingStage> stages = new ArrayList<>();
      stages.add(
          TrainingStage.of("features", Math.max(1, epochs / 2))
              .learningFrom(TrainingStage.From.FEATURES)
              .features(feature(1)));
      stages.add(TrainingStage.of("response", Math.max(1, epochs - epochs / 2)));
      if (training.fineTuneEpochs > 0) {
        stages.add(
            TrainingStage.of("fine-tuning", training.fineTuneEpochs)
                .learningFrom(TrainingStage.From.LABELS));
      }
      trainer.stages(stages.toArray(TrainingStage[]::new));
    }
  };

  private final Source source;

  /** What is compared: the answers, or what is inside as well. */
  private sealed interface Source {
    record Response(SoftLossSource loss) implements Source {}

    record Inside(FeatureLossSource loss) implements Source {}
  }

  LossRecipe(SoftLossSource loss) {
    this.source = new Source.Response(loss);
  }

  LossRecipe(FeatureLossSource loss) {
    this.source = new Source.Inside(loss);
  }

  /** Whether something is compared inside, at a weight that matters. */
  boolean isWeighted() {
    return source instanceof Source.Inside && this != TINYBERT;
  }

  /** Whether there must be a second teacher. */
  boolean asksTwoTeachers() {
    return this == TWO_TEACHERS;
  }

  /**
   * Makes a trainer learn so.
   *
   * @param training how long, and how long on the labels alone after that
   * @param featureWeight of what is compared inside
   */
  void addTo(DistillationBuilder<Label> trainer, TrainingOptions training, float featureWeight) {
    trainer.epochs(training.epochs).fineTuningEpochs(training.fineTuneEpochs);
    if (source instanceof Source.Response response) {
      trainer.softLoss(response.loss());
    } else {
      trainer.features(feature(featureWeight));
    }
  }

  WeightedFeature feature(float weight) {
    return WeightedFeature.of("inside", ((Source.Inside) source).loss(), weight);
  }
}
