package org.tribuo.distill.input;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * How examples become batches: size, maximum number of tokens, gradient accumulation, maximum
 * length, padding. Immutable and safe for many threads.
 *
 * <pre>{@code
 * new Batching().batchSize(16).accumulation(2).maxLength(128)
 *
 * <component name="batching" type="org.tribuo.distill.input.Batching">
 *   <property name="batchSize" value="16"/>
 * </component>
 * }</pre>
 */
public final class Batching implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "Batching";

  @Config(description = "The maximum number of examples in a batch, 1 or more.")
  private int batchSize = 32;

  @Config(
      description =
          "The maximum number of tokens in a batch, padding included, 1 or more; by default"
              + " unlimited.")
  private @Nullable Integer maxTokens;

  @Config(
      description =
          "Batches whose gradients are added up for one update of the weights, 1 or more; each by its"
              + " share of the examples or tokens that count.")
  private int accumulation = 1;

  @Config(
      description =
          "The maximum length of a text in tokens, in training and in the model, 1 or more; by"
              + " default the student's positions, and for the model the length to which the"
              + " dataset's texts were cut, if its provenance has that.")
  private @Nullable Integer maxLength;

  @Config(description = "The padding token, 0 or more.")
  private int padId;

  /** Batches of 32 examples of any length, padded with token 0. */
  public Batching() {}

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkAtLeast("batchSize", 1, batchSize);
    properties.checkIfStated("maxTokens", 1, maxTokens);
    properties.checkAtLeast("accumulation", 1, accumulation);
    properties.checkIfStated("maxLength", 1, maxLength);
    properties.checkAtLeast("padId", 0, padId);
  }

  /**
   * The same with another maximum number of examples in a batch.
   *
   * @throws PropertyException if it is less than 1
   */
  public Batching batchSize(int examples) {
    return with(other -> other.batchSize = examples);
  }

  /**
   * The same with another maximum number of tokens in a batch, padding included.
   *
   * @throws PropertyException if it is less than 1
   */
  public Batching maxTokens(int tokens) {
    return with(other -> other.maxTokens = tokens);
  }

  /**
   * The same with gradients averaged over another number of batches.
   *
   * @throws PropertyException if it is less than 1
   */
  public Batching accumulation(int batches) {
    return with(other -> other.accumulation = batches);
  }

  /**
   * The same with another maximum length of a text.
   *
   * @param tokens 1 or more
   * @throws PropertyException if it is less than 1
   */
  public Batching maxLength(int tokens) {
    return with(other -> other.maxLength = tokens);
  }

  /**
   * The same with another padding token.
   *
   * @throws PropertyException if it is negative
   */
  public Batching padId(int token) {
    return with(other -> other.padId = token);
  }

  private Batching with(Consumer<Batching> change) {
    Batching other = new Batching();
    other.batchSize = batchSize;
    other.maxTokens = maxTokens;
    other.accumulation = accumulation;
    other.maxLength = maxLength;
    other.padId = padId;
    change.accept(other);
    other.postConfig();
    return other;
  }

  /** How rows are cut into batches. */
  public BatchPlan plan() {
    return maxTokens == null ? BatchPlan.ofRows(batchSize) : BatchPlan.of(batchSize, maxTokens);
  }

  /** Batches whose gradients are averaged for one update of the weights. */
  public int accumulation() {
    return accumulation;
  }

  /** The maximum length of a text in tokens; empty if only the student limits it. */
  public OptionalInt maxLength() {
    return maxLength == null ? OptionalInt.empty() : OptionalInt.of(maxLength);
  }

  /** The padding token. */
  public int padId() {
    return padId;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Batching");
  }

  @Override
  public String toString() {
    return "Batching(batchSize=%d, accumulation=%d, padId=%d)"
        .formatted(batchSize, accumulation, padId);
  }
}
