package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.util.Comparator;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.generation.internal.Decoding;
import org.tribuo.distill.generation.internal.NextTokenModel;
import org.tribuo.distill.generation.internal.TokenByToken;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Draws the next token by its probability. Logits are divided by the temperature; of the tokens the
 * k likeliest stay (Fan et al. 2018, arXiv:1805.04833), and of these the fewest likeliest whose
 * probabilities sum to at least p (Holtzman et al. 2020, arXiv:1904.09751); of equal ones that of
 * the lower id comes first. The same seed draws the same tokens.
 *
 * <pre>{@code
 * <component name="sampling" type="org.tribuo.distill.generation.TokenSampling">
 *   <property name="temperature" value="0.8"/>
 *   <property name="topK" value="50"/>
 *   <property name="topP" value="0.95"/>
 *   <property name="seed" value="1"/>
 * </component>
 * }</pre>
 *
 * <p>Immutable once configured, and safe for many threads.
 */
public final class TokenSampling
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "TokenSampling";

  @Config(description = "What logits are divided by, greater than 0; 1 leaves them as they are.")
  private double temperature = 1;

  @Config(description = "How many of the likeliest tokens stay, 1 or more; by default all.")
  private @Nullable Integer topK;

  @Config(description = "What the probabilities of those that stay sum to, at least; 1 for all.")
  private double topP = 1;

  @Config(description = "The seed of what is drawn.")
  private long seed;

  /** Draws of all tokens, by the probabilities that the model gives them. */
  public TokenSampling() {}

  /** The same at another temperature. */
  public TokenSampling temperature(double temperature) {
    return with(temperature, topK, topP, seed);
  }

  /** The same of the k likeliest tokens. */
  public TokenSampling topK(int k) {
    return with(temperature, k, topP, seed);
  }

  /** The same of the likeliest tokens whose probabilities sum to p. */
  public TokenSampling topP(double p) {
    return with(temperature, topK, p, seed);
  }

  /** The same with another seed. */
  public TokenSampling seed(long seed) {
    return with(temperature, topK, topP, seed);
  }

  private static TokenSampling with(
      double temperature, @Nullable Integer topK, double topP, long seed) {
    TokenSampling sampling = new TokenSampling();
    sampling.temperature = temperature;
    sampling.topK = topK;
    sampling.topP = topP;
    sampling.seed = seed;
    sampling.postConfig();
    return sampling;
  }

  /**
   * Checks the settings; OLCUT calls it.
   *
   * @throws PropertyException if one is out of its range
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw properties.refused(
          "temperature",
          "is %s, expected a finite number greater than 0; for the likeliest token omit the sampling"
              .formatted(temperature));
    }
    properties.checkIfStated("topK", 1, topK);
    if (!(topP > 0 && topP <= 1)) {
      throw properties.refused(
          "topP", "is %s, expected a probability greater than 0, up to 1".formatted(topP));
    }
  }

  /** The random numbers of one text. */
  SplittableRandom random() {
    return new SplittableRandom(seed);
  }

  /** Draws the tokens of texts, each with the random numbers that it would have alone. */
  Decoding decoding(NextTokenModel model, OptionalInt stop) {
    return decoding(model, stop, this::random);
  }

  /**
   * Draws the tokens of texts.
   *
   * @param randoms asked for the random numbers of each text, in their order
   */
  Decoding decoding(NextTokenModel model, OptionalInt stop, Supplier<SplittableRandom> randoms) {
    return new TokenByToken(
        model,
        stop,
        () -> {
          SplittableRandom random = randoms.get();
          return logits -> draw(logits, random);
        });
  }

  /**
   * Draws a token.
   *
   * @param logits of all tokens, finite, or minus infinity of those that are not drawn
   * @return its id
   */
  int draw(float[] logits, SplittableRandom random) {
    int most = topK == null ? logits.length : topK;
    int[] candidates =
        most >= logits.length && topP == 1
            ? IntStream.range(0, logits.length).toArray()
            : IntStream.range(0, logits.length)
                .boxed()
                .sorted(
                    Comparator.<Integer, Float>comparing(id -> logits[id])
                        .reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(most)
                .mapToInt(Integer::intValue)
                .toArray();
    double[] powers = powers(logits, candidates);
    int kept = kept(powers);
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += powers[i];
    }
    double left = random.nextDouble() * sum;
    for (int i = 0; i < kept - 1; i++) {
      left -= powers[i];
      if (left < 0) {
        return candidates[i];
      }
    }
    return candidates[kept - 1];
  }

  /** What the probabilities are proportional to. */
  private double[] powers(float[] logits, int[] candidates) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int id : candidates) {
      largest = Math.max(largest, logits[id]);
    }
    double[] powers = new double[candidates.length];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = StrictMath.exp((logits[candidates[i]] - largest) / temperature);
    }
    return powers;
  }

  /** How many of the first sum to the part that is wanted. */
  private int kept(double[] powers) {
    double wanted = 0;
    for (double power : powers) {
      wanted += power;
    }
    wanted *= topP;
    int kept = 0;
    double sum = 0;
    while (kept < powers.length && (kept == 0 || topP == 1 || sum < wanted)) {
      sum += powers[kept++];
    }
    return kept;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Decoding");
  }

  @Override
  public String toString() {
    return "TokenSampling(temperature=%s%s, topP=%s, seed=%d)"
        .formatted(temperature, topK == null ? "" : ", topK=" + topK, topP, seed);
  }
}
