package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.OptionalInt;
import org.tribuo.distill.generation.internal.BeamDecoding;
import org.tribuo.distill.generation.internal.Decoding;
import org.tribuo.distill.generation.internal.NextTokenModel;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Generates a text by beam search: at each step the likeliest partial texts are continued, as many
 * as there are beams, and of those that end with the stop token the one with the highest {@code
 * log-likelihood / length ^ lengthPenalty} is the text. The length counts the generated tokens and
 * the stop token, as in {@code generate} of transformers with {@code early_stopping=False}, which
 * finds the same texts.
 *
 * <pre>{@code
 * <component name="beams" type="org.tribuo.distill.generation.BeamSearch">
 *   <property name="beams" value="4"/>
 *   <property name="lengthPenalty" value="1.0"/>
 * </component>
 * }</pre>
 *
 * <p>Immutable once configured, and safe for many threads.
 */
public final class BeamSearch implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "BeamSearch";

  @Config(description = "How many partial texts are continued at a time; 1 is greedy decoding.")
  private int beams = 4;

  @Config(
      description =
          "The power of the length by which log-likelihoods are divided: 0 for none, more for longer"
              + " texts.")
  private double lengthPenalty = 1;

  /** Four beams, and the mean log-likelihood of a token as the score. */
  public BeamSearch() {}

  /** The same with another number of beams. */
  public BeamSearch beams(int beams) {
    return with(beams, lengthPenalty);
  }

  /** The same with another power of the length. */
  public BeamSearch lengthPenalty(double power) {
    return with(beams, power);
  }

  private static BeamSearch with(int beams, double lengthPenalty) {
    BeamSearch search = new BeamSearch();
    search.beams = beams;
    search.lengthPenalty = lengthPenalty;
    search.postConfig();
    return search;
  }

  /**
   * Checks the settings; OLCUT calls it.
   *
   * @throws PropertyException if one is out of its range
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkAtLeast("beams", 1, beams);
    if (!Double.isFinite(lengthPenalty)) {
      throw properties.refused(
          "lengthPenalty", "is %s, expected a finite number".formatted(lengthPenalty));
    }
  }

  Decoding decoding(NextTokenModel model, OptionalInt stop) {
    return new BeamDecoding(model, stop, beams, lengthPenalty);
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Decoding");
  }

  @Override
  public String toString() {
    return "BeamSearch(beams=%d, lengthPenalty=%s)".formatted(beams, lengthPenalty);
  }
}
