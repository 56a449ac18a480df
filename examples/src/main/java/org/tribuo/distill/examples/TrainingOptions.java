package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.training.AdamWOptimizer;

/** How the student learns; what is about both learning and teaching is here too. */
public final class TrainingOptions implements Options, Configurable {
  /** The part of the labelled texts that early stopping holds out. */
  static final double HELD_OUT = 0.1;

  /** Epochs without a better student after which early stopping ends a training. */
  static final int PATIENCE = 2;

  private static final String ALPHA =
      "weight of the soft loss: (1 - alpha) * hard loss + alpha * soft loss";
  private static final String TEMPERATURE = "softens the logits of teacher and student";
  private static final String DROPOUT = "dropout probability";
  private static final String EPOCHS = "passes over all texts";
  private static final String FINE_TUNE = "passes over the labelled texts after that; 0 is none";
  private static final String CONTROL =
      "passes over the labelled texts for a student without a teacher, to compare with; 0 is none";
  private static final String CLASS_MEANS =
      "compare with the nearest class mean too, where there is a control and the teacher gets a fresh"
          + " head";
  private static final String RATE = "peak of the learning rate of the student";
  private static final String BATCH = "texts of a batch";
  private static final String DECAY = "weight decay, of all but biases and normalisations";
  private static final String WARM_UP = "part of the steps in which the learning rate rises";
  private static final String NORM = "gradients are scaled down to this norm";
  private static final String EARLY =
      "hold out a tenth of the labelled texts, keep the best weights and stop when they get worse";
  private static final String QUANTIZATION =
      "train the student against what INT8 loses: its matrices are rounded in each forward pass";
  private static final String SEED = "of everything random";
  private static final String THREADS = "threads; without it ONNX Runtime chooses";
  private static final String PROVIDER = "where models run";
  private static final String PRECISION =
      "numbers in which models compute: FLOAT32 or BFLOAT16_PRODUCTS";

  @Config(description = ALPHA)
  @Option(longName = "alpha", usage = ALPHA)
  public float alpha = 0.9f;

  @Config(description = TEMPERATURE)
  @Option(longName = "temperature", usage = TEMPERATURE)
  public float temperature = 2;

  @Config(description = DROPOUT)
  @Option(longName = "dropout", usage = DROPOUT)
  public float dropout = 0.1f;

  @Config(description = EPOCHS)
  @Option(longName = "epochs", usage = EPOCHS)
  public int epochs = 3;

  @Config(description = FINE_TUNE)
  @Option(longName = "fine-tune-epochs", usage = FINE_TUNE)
  public int fineTuneEpochs;

  @Config(description = CONTROL)
  @Option(longName = "control-epochs", usage = CONTROL)
  public int controlEpochs = 8;

  @Config(description = CLASS_MEANS)
  @Option(longName = "class-means", usage = CLASS_MEANS)
  public boolean classMeans = true;

  @Config(description = RATE)
  @Option(longName = "learning-rate", usage = RATE)
  public float learningRate = 4e-4f;

  @Config(description = BATCH)
  @Option(longName = "batch-size", usage = BATCH)
  public int batchSize = 32;

  @Config(description = DECAY)
  @Option(longName = "weight-decay", usage = DECAY)
  public float weightDecay = 0.01f;

  @Config(description = WARM_UP)
  @Option(longName = "warm-up", usage = WARM_UP)
  public double warmUp = 0.1;

  @Config(description = NORM)
  @Option(longName = "max-gradient-norm", usage = NORM)
  public float maxGradientNorm = 1;

  @Config(description = EARLY)
  @Option(longName = "early-stopping", usage = EARLY)
  public boolean earlyStopping;

  @Config(description = QUANTIZATION)
  @Option(longName = "quantization-aware", usage = QUANTIZATION)
  public boolean quantizationAware;

  @Config(description = SEED)
  @Option(longName = "seed", usage = SEED)
  public long seed;

  @Config(description = THREADS)
  @Option(longName = "threads", usage = THREADS)
  public @Nullable Integer threads;

  @Config(description = PROVIDER)
  @Option(longName = "provider", usage = PROVIDER)
  public ExecutionProvider provider = ExecutionProvider.CPU;

  @Config(description = PRECISION)
  @Option(longName = "precision", usage = PRECISION)
  public Precision precision = Precision.FLOAT32;

  @ConfigurableName private String component = "TrainingOptions";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
  }

  /** Where, on how many threads and in what numbers models run. */
  Device device() {
    Device device = threads == null ? Device.cpu() : Device.cpu(threads);
    return device.withProvider(provider).withPrecision(precision);
  }

  /** The usual losses. */
  DistillationObjective objective() {
    return new DistillationObjective().alpha(alpha).temperature(temperature);
  }

  /** The optimizer, for the peak of a learning rate. */
  AdamWOptimizer optimizer(float peak) {
    return new AdamWOptimizer()
        .learningRate(new WarmUpSchedule(peak, warmUp, WarmUpSchedule.Decay.LINEAR))
        .weightDecay(weightDecay)
        .maxGradientNorm(maxGradientNorm);
  }

  /** All texts, then the labelled ones alone, if that is wanted. */
  TrainingStage[] stages() {
    TrainingStage all = TrainingStage.of(epochs);
    return fineTuneEpochs == 0
        ? new TrainingStage[] {all}
        : new TrainingStage[] {all, TrainingStage.fineTuning(fineTuneEpochs)};
  }

  @Override
  public String getOptionsDescription() {
    return "Training";
  }
}
