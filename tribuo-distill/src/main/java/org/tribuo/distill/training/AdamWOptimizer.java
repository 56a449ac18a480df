package org.tribuo.distill.training;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.training.internal.LearningRates;

/**
 * AdamW (Loshchilov &amp; Hutter 2019, arXiv:1711.05101) in the form of PyTorch's, with a
 * learning-rate schedule and gradient clipping: with the clipped gradient g and the learning rate
 * r, at step t = 1, 2, ...
 *
 * <pre>
 * m = beta1 m + (1 - beta1) g
 * v = beta2 v + (1 - beta2) g²
 * w = w - r weightDecay w - r (m / (1 - beta1ᵗ)) / (√(v / (1 - beta2ᵗ)) + epsilon)
 * </pre>
 *
 * <p>Weight decay leaves out biases and normalisations.
 *
 * <pre>{@code
 * new AdamWOptimizer().learningRate(2e-4f).weightDecay(0.1f)
 *
 * <component name="optimizer" type="org.tribuo.distill.training.AdamWOptimizer">
 *   <property name="learningRate" value="rate"/>
 *   <property name="weightDecay" value="0.1"/>
 * </component>
 * }</pre>
 *
 * <p>Immutable and safe for many threads.
 */
public final class AdamWOptimizer
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** To which scripts that fine-tune Transformers usually clip. */
  private static final double DEFAULT_NORM = 1;

  @ConfigurableName private String component = "AdamWOptimizer";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(
      description =
          "The learning rate over the steps; by default it warms up to 5e-5 over a tenth of the"
              + " steps and decays linearly to 0.")
  private Schedule learningRate = warmingUpTo(5e-5f);

  @Config(description = "Decay rate of the first moment, in [0, 1).")
  private float beta1 = AdamW.DEFAULT.beta1();

  @Config(description = "Decay rate of the second moment, in [0, 1).")
  private float beta2 = AdamW.DEFAULT.beta2();

  @Config(description = "Keeps the divisor away from 0, greater than 0.")
  private float epsilon = AdamW.DEFAULT.epsilon();

  @Config(description = "Decoupled weight decay, 0 or more.")
  private float weightDecay = AdamW.DEFAULT.weightDecay();

  @Config(description = "Whether gradients of a larger norm are scaled down.")
  private boolean clipGradients = true;

  @Config(
      description =
          "The maximum norm of the gradients over all weights, to which larger ones are scaled down,"
              + " greater than 0; by default 1, where gradients are clipped.")
  private @Nullable Double maxGradientNorm;

  /** The defaults. */
  public AdamWOptimizer() {}

  private static Schedule warmingUpTo(float peak) {
    return new WarmUpSchedule(peak, 0.1, WarmUpSchedule.Decay.LINEAR);
  }

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    PropertyChecks properties = PropertyChecks.of(this, component);
    AdamW usual = AdamW.DEFAULT;
    properties.check("beta1", () -> new AdamW(beta1, usual.beta2(), usual.epsilon(), 0));
    properties.check("beta2", () -> new AdamW(usual.beta1(), beta2, usual.epsilon(), 0));
    properties.check("epsilon", () -> new AdamW(usual.beta1(), usual.beta2(), epsilon, 0));
    properties.check("weightDecay", this::adamW);
    checkNorm(properties);
    LearningRates.check("learningRate", learningRate, properties);
  }

  private void checkNorm(PropertyChecks properties) {
    if (maxGradientNorm == null) {
      return;
    }
    float inFloat32 = maxGradientNorm.floatValue();
    if (!(inFloat32 > 0 && Float.isFinite(inFloat32))) {
      throw properties.refused(
          "maxGradientNorm",
          "is %s, expected a number that is finite and above 0 in float32; to clip nothing, set clipGradients to false"
              .formatted(maxGradientNorm));
    }
    if (!clipGradients) {
      throw properties.refused(
          "maxGradientNorm",
          "is %s, but clipGradients is false; state one of them".formatted(maxGradientNorm));
    }
  }

  /**
   * The same with a learning rate that warms up to a peak over a tenth of the steps and decays
   * linearly to 0.
   *
   * @param peak finite and greater than 0
   * @throws PropertyException if it is out of its range
   */
  public AdamWOptimizer learningRate(float peak) {
    return learningRate(warmingUpTo(peak));
  }

  /**
   * The same with another learning rate.
   *
   * @throws PropertyException if it is negative or not finite at any step
   */
  public AdamWOptimizer learningRate(Schedule rate) {
    return with(other -> other.learningRate = rate);
  }

  /**
   * The same with other decay rates of the moments.
   *
   * @throws PropertyException if one is not in [0, 1)
   */
  public AdamWOptimizer betas(float first, float second) {
    return with(
        other -> {
          other.beta1 = first;
          other.beta2 = second;
        });
  }

  /**
   * The same with another epsilon.
   *
   * @throws PropertyException if it is not greater than 0
   */
  public AdamWOptimizer epsilon(float value) {
    return with(other -> other.epsilon = value);
  }

  /**
   * The same with another weight decay.
   *
   * @throws PropertyException if it is negative
   */
  public AdamWOptimizer weightDecay(float value) {
    return with(other -> other.weightDecay = value);
  }

  /**
   * The same with gradients clipped to another maximum norm.
   *
   * @param norm finite and greater than 0, in float32
   * @throws PropertyException if it is out of its range
   */
  public AdamWOptimizer maxGradientNorm(double norm) {
    return with(
        other -> {
          other.clipGradients = true;
          other.maxGradientNorm = norm;
        });
  }

  /** The same with gradients as they are, however large. */
  public AdamWOptimizer withoutClipping() {
    return with(
        other -> {
          other.clipGradients = false;
          other.maxGradientNorm = null;
        });
  }

  private AdamWOptimizer with(Consumer<AdamWOptimizer> change) {
    AdamWOptimizer other = new AdamWOptimizer();
    other.learningRate = learningRate;
    other.beta1 = beta1;
    other.beta2 = beta2;
    other.epsilon = epsilon;
    other.weightDecay = weightDecay;
    other.clipGradients = clipGradients;
    other.maxGradientNorm = maxGradientNorm;
    change.accept(other);
    other.postConfig();
    return other;
  }

  /** The learning rate over the steps. */
  public Schedule learningRate() {
    return learningRate;
  }

  /** The rule without its schedule. */
  public AdamW adamW() {
    return new AdamW(beta1, beta2, epsilon, weightDecay);
  }

  /** The maximum norm of the gradients; empty to clip nothing. */
  public OptionalDouble maxGradientNorm() {
    if (!clipGradients) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(maxGradientNorm == null ? DEFAULT_NORM : maxGradientNorm);
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Optimizer");
  }

  @Override
  public String toString() {
    return "AdamWOptimizer(learningRate=%s, %s, %s)"
        .formatted(
            learningRate,
            adamW(),
            maxGradientNorm().isPresent()
                ? "maxGradientNorm=" + maxGradientNorm().getAsDouble()
                : "without clipping");
  }
}
