package org.tribuo.distill.examples;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.loss.AttentionForm;
import org.tribuo.distill.loss.AttentionKl;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HiddenStateMse;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LayerMap;
import org.tribuo.distill.loss.LogitStandardization;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.MiniLm;
import org.tribuo.distill.loss.ReverseKl;
import org.tribuo.distill.loss.RkdDistance;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.TinyBert;

/** What a student learns from its teacher. */
enum LossRecipe {
  /** Kullback-Leibler divergence of the softened probabilities, the usual one. */
  KL(new KlDivergence()),
  /** The same with student and teacher exchanged. */
  REVERSE_KL(new ReverseKl()),
  /** Jensen-Shannon divergence. */
  JENSEN_SHANNON(new JensenShannon()),
  /** Squared distance of the logits. */
  LOGITS_MSE(new LogitsMse()),
  /** Decoupled knowledge distillation of texts that have a label. */
  DKD(new Dkd(1, 8)),
  /** The same of all texts, where the teacher's likeliest class stands for a missing label. */
  DKD_OF_ALL(new Dkd(1, 8, Dkd.Unlabelled.TEACHERS_CLASS)),
  /** Correlations of the softened probabilities. */
  DIST(new Dist(1, 1)),
  /** KL of standardised logits. */
  STANDARDIZED_KL(new LogitStandardization(new KlDivergence())),
  /** KL with the mean answer of two teachers. */
  TWO_TEACHERS(new KlDivergence()),
  /** KL and the hidden states. */
  KL_HIDDEN_STATES(new HiddenStateMse()),
  /** KL and the attention. */
  KL_ATTENTION(new AttentionKl(LayerMap.uniform(), AttentionForm.PROBABILITIES)),
  /** KL and the relations of queries, keys and values. */
  KL_MINILM(new MiniLm(12)),
  /** KL and the distances of the texts. */
  KL_RKD(new RkdDistance()),
  /**
   * First hidden states and attention alone, then KL: half of the epochs each. The weight does not
   * matter, since nothing is added to it.
   */
  TINYBERT(new TinyBert()) {
    @Override
    void addTo(
        DistillationTrainer.Builder<Label> trainer, TrainingOptions training, float featureWeight) {
      int epochs = training.epochs;
      List<TrainingStage> stages = new ArrayList<>();
      stages.add(
          TrainingStage.of("activations", Math.max(1, epochs / 2))
              .learningFrom(TrainingStage.From.ACTIVATIONS)
              .objective(training.objective().featureTerms(activation(1))));
      stages.add(TrainingStage.of("response", Math.max(1, epochs - epochs / 2)));
      if (training.fineTuneEpochs > 0) {
        stages.add(TrainingStage.fineTuning(training.fineTuneEpochs));
      }
      trainer.stages(stages.toArray(TrainingStage[]::new));
    }
  };

  private final Source source;

  /** What is compared: the logits, or intermediate activations as well. */
  private sealed interface Source {
    record Response(SoftLoss loss) implements Source {}

    record Inside(FeatureLoss loss) implements Source {}
  }

  LossRecipe(SoftLoss loss) {
    this.source = new Source.Response(loss);
  }

  LossRecipe(FeatureLoss loss) {
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
  void addTo(
      DistillationTrainer.Builder<Label> trainer, TrainingOptions training, float featureWeight) {
    DistillationObjective usual = training.objective();
    trainer
        .stages(training.stages())
        .objective(
            source instanceof Source.Response response
                ? usual.softLoss(response.loss())
                : usual.featureTerms(activation(featureWeight)));
  }

  FeatureTerm activation(float weight) {
    return new FeatureTerm("inside", ((Source.Inside) source).loss(), weight);
  }
}
