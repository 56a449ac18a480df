package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * How a student's graph becomes a training graph: dropout, frozen weights, gradients of operators
 * that the library does not know. Immutable and safe for many threads.
 *
 * <pre>{@code
 * new TrainingGraphOptions().dropout(0).frozenWeights(FrozenWeights.embeddingsAndLayers(2))
 *
 * <component name="graph" type="org.tribuo.distill.student.TrainingGraphOptions">
 *   <property name="dropout" value="0"/>
 * </component>
 * }</pre>
 */
public final class TrainingGraphOptions
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "TrainingGraphOptions";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(
      description =
          "The dropout probability, of the embeddings and of what each block adds to the hidden"
              + " state; from 0 (none) to below 1.")
  private float dropout = 0.1f;

  @Config(description = "The student's weights that keep their values; by default none.")
  private @Nullable FrozenWeights frozenWeights;

  @Config(description = "Gradients of the student's operators that the library does not know.")
  private @Nullable GradientRuleSource gradientRules;

  @Config(
      description =
          "Whether a student is trained through QuantizeLinear as if that did not round; by default"
              + " a student that rounds is refused.")
  private boolean straightThroughQuantization;

  @Config(
      description =
          "Whether embedding tables hold only the tokens of the data while they are trained, which"
              + " is faster and gives the same student.")
  private boolean compactVocabulary = true;

  @Config(
      description =
          "Whether matrices are rounded in each forward pass of the training as an export in INT8"
              + " rounds them, and their gradients go straight through; by default they are not.")
  private boolean quantizationAware;

  /** Dropout 0.1, nothing frozen. */
  public TrainingGraphOptions() {}

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (!(dropout >= 0 && dropout < 1)) {
      throw properties.refused(
          "dropout", "is %s, expected a probability from 0 (none) to below 1".formatted(dropout));
    }
    properties.check("gradientRules", this::rules);
  }

  /**
   * The same with another dropout probability.
   *
   * @param probability from 0 (none) to below 1
   * @throws PropertyException if it is out of its range
   */
  public TrainingGraphOptions dropout(float probability) {
    return with(other -> other.dropout = probability);
  }

  /** The same with other weights that keep their values. */
  public TrainingGraphOptions frozenWeights(FrozenWeights weights) {
    return with(other -> other.frozenWeights = checks().stated("frozenWeights", weights));
  }

  /**
   * The same with gradients of further operators.
   *
   * @throws PropertyException if one is of an operator that the library knows
   */
  public TrainingGraphOptions gradientRules(GradientRuleSource rules) {
    return with(other -> other.gradientRules = checks().stated("gradientRules", rules));
  }

  /**
   * The same, trained through {@code QuantizeLinear} as if it did not round, or not: the
   * straight-through estimator of Bengio, Léonard and Courville (2013), and for a scale that is
   * trained the gradient of learned step sizes of Esser et al. (2020). The true derivative of
   * rounding is zero wherever there is one, so that a student with quantised activations is refused
   * otherwise. What is cut off at the ends of the integers' range gets no gradient.
   *
   * <p>The rules know int8, uint8 and int16, and {@code DequantizeLinear} as what reads the
   * integers.
   */
  public TrainingGraphOptions straightThroughQuantization(boolean through) {
    return with(other -> other.straightThroughQuantization = through);
  }

  /** The same with embedding tables of all tokens, or of those of the data alone. */
  public TrainingGraphOptions compactVocabulary(boolean compact) {
    return with(other -> other.compactVocabulary = compact);
  }

  /**
   * The same, trained against what an export in {@link
   * org.tribuo.distill.transformer.ExportPrecision#INT8} loses, or not. The factors of products and
   * the tables of embeddings are rounded in each forward pass, each column or row with a scale of
   * its own, and the gradients of the rounded ones are those of the weights: quantization-aware
   * training with a straight-through estimator (Bengio, Léonard and Courville 2013,
   * arXiv:1308.3432; Jacob et al. 2018, arXiv:1712.05877). What is multiplied with them is not
   * rounded. The student keeps its weights in float32 until it is exported.
   */
  public TrainingGraphOptions quantizationAware(boolean aware) {
    return with(other -> other.quantizationAware = aware);
  }

  private PropertyChecks checks() {
    return new PropertyChecks(component);
  }

  private TrainingGraphOptions with(Consumer<TrainingGraphOptions> change) {
    TrainingGraphOptions other = new TrainingGraphOptions();
    other.dropout = dropout;
    other.frozenWeights = frozenWeights;
    other.gradientRules = gradientRules;
    other.straightThroughQuantization = straightThroughQuantization;
    other.compactVocabulary = compactVocabulary;
    other.quantizationAware = quantizationAware;
    change.accept(other);
    other.postConfig();
    return other;
  }

  /** The dropout probability. */
  public float dropout() {
    return dropout;
  }

  /** The weights that keep their values; empty for none. */
  public Optional<FrozenWeights> frozenWeights() {
    return Optional.ofNullable(frozenWeights);
  }

  /** The gradients of all operators. */
  public Operators rules() {
    Operators known =
        straightThroughQuantization
            ? StandardOperators.TABLE.with(StandardOperators.STRAIGHT_THROUGH)
            : StandardOperators.TABLE;
    return gradientRules == null ? known : known.with(gradientRules.rules());
  }

  /** Whether embedding tables hold only the tokens of the data while they are trained. */
  public boolean compactVocabulary() {
    return compactVocabulary;
  }

  /** Whether matrices are rounded in each forward pass as an export in INT8 rounds them. */
  public boolean quantizationAware() {
    return quantizationAware;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "TrainingGraphOptions");
  }

  @Override
  public String toString() {
    return "TrainingGraphOptions(dropout=%s, frozenWeights=%s, compactVocabulary=%s, quantizationAware=%s)"
        .formatted(
            dropout,
            frozenWeights == null ? "none" : frozenWeights,
            compactVocabulary,
            quantizationAware);
  }

  /**
   * Gradient rules of your own, for operators of a student that the library does not know. A class
   * that implements this can be configured; it needs a constructor without arguments.
   */
  public interface GradientRuleSource
      extends Configurable, Provenancable<ConfiguredObjectProvenance> {
    /**
     * Operators that have no gradient in the library, with theirs. What else is stated of them is
     * not used.
     */
    List<Operator> rules();

    @Override
    default ConfiguredObjectProvenance getProvenance() {
      return new ConfiguredObjectProvenanceImpl(this, "GradientRules");
    }
  }
}
