package org.tribuo.distill.transformer;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.transformer.ActivationValue.HeadLayout;

/**
 * Names by hand an intermediate activation of a Transformer, where the search by structure does not
 * find it or finds another value. Names are those of the normalised graph, which {@code
 * DistillationListener.onActivations} receives. If a hidden state is named, nothing is searched:
 * then all that is compared must be named, and the highest layer of a hidden state is the last one
 * of its stack.
 *
 * <pre>{@code
 * <component name="keys" type="org.tribuo.distill.transformer.NamedActivation">
 *   <property name="kind" value="KEYS"/>
 *   <property name="layer" value="6"/>
 *   <property name="value" value="/encoder/layer.5/attention/Transpose_output_0"/>
 *   <property name="layout" value="TRANSPOSED"/>
 *   <property name="heads" value="12"/>
 *   <property name="size" value="32"/>
 * </component>
 * }</pre>
 */
public final class NamedActivation
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "NamedActivation";

  @Config(
      description =
          "The layers that it is one of: LAYERS where there is one stack of them, else ENCODER, DECODER or"
              + " CROSS_ATTENTION.")
  private Activation.Site site = Activation.Site.LAYERS;

  @Config(mandatory = true, description = "What it is.")
  private Activation.Kind kind;

  @Config(mandatory = true, description = "The layer, from 1; 0 for the embeddings.")
  private int layer;

  @Config(mandatory = true, description = "The value in the normalised graph.")
  private String value;

  @Config(
      description =
          "The order of its axes; by default MERGED for a hidden state, HEADS_FIRST for all else.")
  private @Nullable HeadLayout layout;

  @Config(description = "The number of heads; 1 for a hidden state.")
  private int heads = 1;

  @Config(
      description = "The width of one head, or of a hidden state, 1 or more; not for attention.")
  private @Nullable Long size;

  /** For OLCUT. */
  private NamedActivation() {}

  /**
   * An activation at a value.
   *
   * @throws PropertyException if there can be no such activation with such a value
   */
  public static NamedActivation of(Activation activation, ActivationValue value) {
    NamedActivation named = new NamedActivation();
    named.site = activation.site();
    named.kind = activation.kind();
    named.layer = activation.layer();
    named.value = value.value();
    named.layout = value.layout();
    named.heads = value.heads();
    named.size = value.size() == 0 ? null : value.size();
    named.postConfig();
    return named;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.check("layer", this::activation);
    properties.check("heads", this::where);
    if (size == null && !kind.isAttention()) {
      throw properties.refused(
          "size", "is not stated, expected the width of %s".formatted(widthOf()));
    }
  }

  private String widthOf() {
    return kind == Activation.Kind.HIDDEN_STATE ? "the hidden state" : "one head";
  }

  private Activation activation() {
    return new Activation(site, kind, layer);
  }

  private ActivationValue where() {
    return new ActivationValue(
        value, layout == null ? usual() : layout, heads, size == null ? 0 : size);
  }

  private HeadLayout usual() {
    return kind == Activation.Kind.HIDDEN_STATE ? HeadLayout.MERGED : HeadLayout.HEADS_FIRST;
  }

  /**
   * Where each activation is.
   *
   * @throws IllegalArgumentException if one is named twice
   */
  public static Map<Activation, ActivationValue> map(List<NamedActivation> activations) {
    Map<Activation, ActivationValue> map = new LinkedHashMap<>();
    for (NamedActivation named : activations) {
      ActivationValue other = map.put(named.activation(), named.where());
      if (other != null) {
        throw new IllegalArgumentException(
            "name the %s twice, '%s' and '%s'".formatted(named.activation(), other, named.value));
      }
    }
    return map;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "NamedActivation");
  }

  @Override
  public String toString() {
    return "%s is '%s'".formatted(activation(), value);
  }
}
