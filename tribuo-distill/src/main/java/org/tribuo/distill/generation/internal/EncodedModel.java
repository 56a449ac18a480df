package org.tribuo.distill.generation.internal;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.transformer.internal.EncoderSplit;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * An encoder-decoder whose encoder reads a source once, and whose decoder reads the whole target.
 */
public final class EncodedModel implements GeneratingModel {
  /** What keeps the activations of a batch in a processor's caches. */
  private static final int ROWS = 64;

  private static final int POSITIONS = 4096;

  private final StudentNetwork network;
  private final InferenceSession encoder;
  private final InferenceSession decoder;
  private final Set<String> encoderInputs;
  private final Set<String> decoderInputs;
  private final ElementType elementType;
  private final int width;

  private EncodedModel(StudentNetwork network, EncoderSplit split, Device device) {
    this.network = network;
    this.encoder = session(split.encoder(), device);
    this.decoder = session(split.decoder(), device);
    this.encoderInputs = Graph.of(split.encoder()).inputs().keySet();
    this.decoderInputs = Graph.of(split.decoder()).inputs().keySet();
    this.elementType = split.elementType();
    this.width = split.width();
  }

  private static InferenceSession session(OnnxModel part, Device device) {
    Transformer transformer = Transformer.of(part);
    return new InferenceSession(
        where -> Engines.inference().load(transformer.forInference(), where), device);
  }

  /**
   * Splits a model.
   *
   * @param network that outputs the logits of the last step
   * @param decoderInputs the inputs of its decoder
   * @return nothing if it cannot be split, or takes a fixed number of rows or positions
   */
  public static Optional<EncodedModel> of(
      StudentNetwork network, Set<String> decoderInputs, Device device) {
    Feeder<?> feeder = network.reader().feeder(network.inputs());
    if (feeder.fixedRows().isPresent() || feeder.fixedLength().isPresent()) {
      return Optional.empty();
    }
    try {
      return EncoderSplit.of(network.transformer().normalized(), decoderInputs)
          .map(split -> new EncodedModel(network, split, device));
    } catch (GraphException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<Source> encoded(List<Source> sources) {
    int[] start = {0};
    ExampleInputs<?> rows =
        ReadTexts.of(
            network.reader(),
            sources.stream().map(source -> Hypothesis.of(Optional.of(source), start)).toList());
    FedInputs<?> fed = FedInputs.of(rows, network.inputs());
    Source[] encoded = new Source[sources.size()];
    // Those of one length together, so that nothing is padding.
    for (int[] batch : ReadTexts.ofOneSize(sources.size(), i -> sources.get(i).tokens().length())) {
      for (int from = 0; from < batch.length; from += ROWS) {
        int[] some = Arrays.copyOfRange(batch, from, Math.min(batch.length, from + ROWS));
        Tensor states = run(encoder, encoderInputs, fed.batch(some), EncoderSplit.STATES);
        float[] all = states.toFloats();
        int length = all.length / some.length;
        for (int i = 0; i < some.length; i++) {
          encoded[some[i]] =
              new Source(
                  sources.get(some[i]).tokens(),
                  Arrays.copyOfRange(all, i * length, (i + 1) * length));
        }
      }
    }
    return List.of(encoded);
  }

  @Override
  public List<Continuation> after(List<Hypothesis> texts) {
    ExampleInputs<?> rows = ReadTexts.of(network.reader(), texts);
    FedInputs<?> fed = FedInputs.of(rows, network.inputs());
    int[] lengths = rows.lengths();
    Continuation[] continuations = new Continuation[texts.size()];
    for (int[] alike : ReadTexts.ofAsManySteps(rows)) {
      int[] ofAlike = IntStream.of(alike).map(i -> lengths[i]).toArray();
      BatchPlan plan =
          BatchPlan.of(ROWS, Math.max(POSITIONS, IntStream.of(ofAlike).max().orElse(1)));
      for (int[] places : fed.feeder().batches(plan, ofAlike)) {
        int[] batch = IntStream.of(places).map(place -> alike[place]).toArray();
        Map<String, Tensor> inputs = new LinkedHashMap<>(fed.batch(batch));
        inputs.put(
            EncoderSplit.STATES,
            states(
                IntStream.of(batch).mapToObj(i -> texts.get(i).source().orElseThrow()).toList()));
        float[] found = run(decoder, decoderInputs, inputs, network.output()).toFloats();
        int columns = found.length / batch.length;
        for (int i = 0; i < batch.length; i++) {
          continuations[batch[i]] =
              Continuation.of(Arrays.copyOfRange(found, i * columns, (i + 1) * columns));
        }
      }
    }
    return List.of(continuations);
  }

  /** The states of sources, those of the shorter ones with zeros behind them, which are masked. */
  private Tensor states(List<Source> sources) {
    int longest = sources.stream().mapToInt(source -> source.states().length).max().orElse(0);
    float[] all = new float[sources.size() * longest];
    for (int i = 0; i < sources.size(); i++) {
      float[] states = sources.get(i).states();
      System.arraycopy(states, 0, all, i * longest, states.length);
    }
    return Tensor.of(all, sources.size(), longest / width, width).cast(elementType);
  }

  private static Tensor run(
      InferenceSession session, Set<String> wanted, Map<String, Tensor> given, String output) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(given);
    inputs.keySet().retainAll(wanted);
    Tensor found = session.run(inputs, Set.of(output)).get(output);
    if (found == null) {
      throw new GraphException("The model has no output '%s'".formatted(output));
    }
    return found;
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
  }
}
