package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.transformer.internal.create.NewDecoder;
import org.tribuo.distill.transformer.internal.create.UntrainedModel;

/**
 * What untrained Transformers of one stack of layers have in common that predict what comes next.
 *
 * @param <S> the student itself
 */
abstract class ScratchDecoder<S extends ScratchDecoder<S>> extends ScratchTransformer<S> {
  private final NewDecoder.Kind kind;

  @Config(mandatory = true, description = "The number of layers.")
  private int layers;

  /**
   * @param kind of what is read and predicted
   * @param positions unless stated otherwise
   */
  ScratchDecoder(NewDecoder.Kind kind, int positions) {
    super(positions);
    this.kind = kind;
  }

  /** Another without settings. */
  abstract S blank();

  /** This with layers of a size. */
  final S sized(int layers, int width, int heads) {
    this.layers = layers;
    return sized(width, heads);
  }

  @Override
  final S sameLayers() {
    S made = blank();
    ScratchDecoder<S> other = made;
    other.layers = layers;
    return made;
  }

  @Override
  final void checkLayers(PropertyChecks properties) {
    properties.checkAtLeast("layers", 1, layers);
  }

  @Override
  final UntrainedModel model(Sizes sizes) {
    return new NewDecoder(
        kind,
        sizes.symbols(),
        sizes.positions(),
        layers,
        sizes.width(),
        sizes.heads(),
        sizes.inner(),
        sizes.form());
  }

  @Override
  final String property() {
    return "layers";
  }

  @Override
  final String layers() {
    return "layers=%d".formatted(layers);
  }
}
