package org.tribuo.distill.student.internal;

import java.util.Optional;
import java.util.SplittableRandom;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.GrowingInputs;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.decoding.CachedDecoder;
import org.tribuo.distill.transformer.internal.decoding.EncoderSplit;

/**
 * A network that generates tokens, as a decoder that reads each token once, given the keys and
 * values of those before, and if it reads a source, an encoder that reads it once.
 *
 * @param encoder of a source
 * @param decoder with inputs and outputs for keys and values
 */
public record NetworkWithPast(Optional<Transformer> encoder, StudentNetwork decoder) {
  private static final String NOT_UNDERSTOOD =
      "The keys and values that the student is to keep cannot be found in its graph: it computes in a way that is not understood; export it without a past";

  private static final int TRIED = 8;

  /**
   * Makes them of a network.
   *
   * @throws GraphException if it predicts something else than tokens, or computes in a way that is
   *     not understood
   * @throws IllegalArgumentException if it reads later positions
   */
  public static NetworkWithPast of(StudentNetwork whole) {
    Optional<GrowingInputs> growing = whole.reader().feeder(whole.inputs()).growing();
    if (!whole.head().columnsGiven() || growing.isEmpty()) {
      throw new GraphException(
          "The model predicts %s, expected one that generates tokens, whose keys and values can be kept; export it without a past"
              .formatted(whole.labelOrder()));
    }
    LaterPositions.checkUnreadByModel(
        whole, ExampleInputs.random(whole.reader(), TRIED, new SplittableRandom(1)));
    return growing.get().hasSource()
        ? ofSourceAndTarget(whole, growing.get())
        : new NetworkWithPast(Optional.empty(), ofText(whole, growing.get()));
  }

  /** A file that has a past of its own stays as it is. */
  private static StudentNetwork ofText(StudentNetwork whole, GrowingInputs text) {
    return text.hasPast()
        ? whole
        : with(whole, CachedDecoder.of(whole.transformer().normalized(), text.ofSteps()));
  }

  private static NetworkWithPast ofSourceAndTarget(StudentNetwork whole, GrowingInputs target) {
    EncoderSplit split =
        EncoderSplit.withKeys(whole.transformer().normalized(), target.names())
            .orElseThrow(() -> new GraphException(NOT_UNDERSTOOD));
    Graph decoder = Transformer.of(split.decoder()).normalized();
    return new NetworkWithPast(
        Optional.of(Transformer.of(split.encoder())),
        with(whole, CachedDecoder.of(decoder, target.ofSteps())));
  }

  private static StudentNetwork with(StudentNetwork whole, Optional<OnnxModel> decoder) {
    return new StudentNetwork(
        Transformer.of(decoder.orElseThrow(() -> new GraphException(NOT_UNDERSTOOD))),
        whole.logits(),
        whole.head(),
        whole.reader());
  }

  /**
   * The encoder with weights of a precision.
   *
   * @throws GraphException as {@link StudentNetwork#onnx(ExportPrecision)}
   */
  public Optional<OnnxModel> encoder(ExportPrecision precision) {
    return encoder.map(model -> ExportedWeights.of(model, precision));
  }
}
