package org.tribuo.distill.generation.internal;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.text.TokenInputs;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.decoding.CachedDecoder;
import org.tribuo.distill.transformer.internal.decoding.EncoderSplit;

/**
 * An encoder-decoder whose encoder reads a source once, with the keys and values that its decoder
 * attends to, and whose decoder reads each token of its target once, where {@link CachedDecoder}
 * can make that, else the whole target for each.
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
  private final TokenInputs target;
  private final Optional<PastTensors> past;
  private final Optional<CausalTrial> trial;
  private final SourceTensors sources;

  private EncodedModel(
      StudentNetwork network, TokenInputs target, EncoderSplit split, Device device) {
    this.network = network;
    this.target = target;
    OnnxModel whole = split.decoder();
    OnnxModel ofDecoder =
        CachedDecoder.of(Transformer.of(whole).normalized(), target.ofTokens()).orElse(whole);
    this.encoder = session(split.encoder(), device);
    this.decoder = session(ofDecoder, device);
    this.encoderInputs = Graph.of(split.encoder()).inputs().keySet();
    Graph graph = Graph.of(ofDecoder);
    this.decoderInputs = graph.inputs().keySet();
    Map<String, TensorType> added = new LinkedHashMap<>(graph.inputs());
    added.keySet().removeAll(Graph.of(whole).inputs().keySet());
    this.past = PastTensors.of(added, Set.copyOf(graph.outputs()));
    this.trial =
        past.map(
            any ->
                new CausalTrial(
                    network.labelOrder().size(),
                    network.reader().maxLength(),
                    device,
                    this::tried));
    this.sources = new SourceTensors(split.handed());
  }

  /** What comes after some targets, the source of each being its first token. */
  private List<Continuation> tried(List<Hypothesis> texts) {
    List<Source> read =
        encoded(texts.stream().map(text -> Source.of(TokenSequence.of(text.tokens()[0]))).toList());
    return run(
        IntStream.range(0, texts.size()).mapToObj(i -> texts.get(i).with(read.get(i))).toList());
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
   * @param target the inputs of its decoder
   * @return nothing if it cannot be split, or takes a fixed number of rows or positions
   */
  public static Optional<EncodedModel> of(
      StudentNetwork network, TokenInputs target, Device device) {
    Feeder<?> feeder = network.reader().feeder(network.inputs());
    if (feeder.fixedRows().isPresent() || feeder.fixedLength().isPresent()) {
      return Optional.empty();
    }
    try {
      return EncoderSplit.withKeys(network.transformer().normalized(), Set.copyOf(target.names()))
          .map(split -> new EncodedModel(network, target, split, device));
    } catch (GraphException e) {
      return Optional.empty();
    }
  }

  @Override
  public List<Source> encoded(List<Source> unread) {
    int[] start = {0};
    ExampleInputs<?> rows =
        ReadTexts.of(
            network.reader(),
            unread.stream().map(source -> Hypothesis.of(Optional.of(source), start)).toList());
    FedInputs<?> fed = FedInputs.of(rows, network.inputs());
    Source[] encoded = new Source[unread.size()];
    // Those of one length together, so that nothing is padding.
    for (int[] batch : ReadTexts.ofOneSize(unread.size(), i -> unread.get(i).tokens().length())) {
      for (int from = 0; from < batch.length; from += ROWS) {
        int[] some = Arrays.copyOfRange(batch, from, Math.min(batch.length, from + ROWS));
        Map<String, Tensor> inputs = new LinkedHashMap<>(fed.batch(some));
        inputs.keySet().retainAll(encoderInputs);
        List<List<float[]>> made =
            sources.rows(encoder.run(inputs, sources.outputs()), some.length);
        for (int i = 0; i < some.length; i++) {
          encoded[some[i]] = new Source(unread.get(some[i]).tokens(), made.get(i));
        }
      }
    }
    return List.of(encoded);
  }

  @Override
  public List<Continuation> after(List<Hypothesis> texts) {
    if (trial.map(CausalTrial::passes).orElse(false)) {
      return run(texts);
    }
    return run(texts.stream().map(text -> text.with(Past.NONE)).toList()).stream()
        .map(found -> Continuation.of(found.logits()))
        .toList();
  }

  private List<Continuation> run(List<Hypothesis> texts) {
    ExampleInputs<?> rows = ReadTexts.of(network.reader(), texts);
    FedInputs<?> fed = FedInputs.of(rows, network.inputs());
    int[] lengths = rows.lengths();
    List<Unread> unread =
        texts.stream().map(text -> Unread.of(text, network.reader().maxLength())).toList();
    Continuation[] continuations = new Continuation[texts.size()];
    for (int[] alike : ReadTexts.ofAsManySteps(rows)) {
      for (int[] asMuchKept :
          ReadTexts.ofOneSize(alike.length, i -> unread.get(alike[i]).past().positions())) {
        int[] group = IntStream.of(asMuchKept).map(i -> alike[i]).toArray();
        int[] ofGroup = IntStream.of(group).map(i -> lengths[i]).toArray();
        BatchPlan plan =
            BatchPlan.of(ROWS, Math.max(POSITIONS, IntStream.of(ofGroup).max().orElse(1)));
        for (int[] places : fed.feeder().batches(plan, ofGroup)) {
          int[] batch = IntStream.of(places).map(place -> group[place]).toArray();
          List<Continuation> found =
              run(
                  fed.batch(batch),
                  IntStream.of(batch).mapToObj(i -> texts.get(i).source().orElseThrow()).toList(),
                  IntStream.of(batch).mapToObj(unread::get).toList());
          for (int i = 0; i < batch.length; i++) {
            continuations[batch[i]] = found.get(i);
          }
        }
      }
    }
    return List.of(continuations);
  }

  /** Of targets of as many tokens, of which as many are kept. */
  private List<Continuation> run(
      Map<String, Tensor> fed, List<Source> ofTexts, List<Unread> texts) {
    Map<String, Tensor> inputs = new LinkedHashMap<>(fed);
    inputs.putAll(sources.inputs(ofTexts));
    Unread.Size size = texts.get(0).size();
    past.ifPresent(
        kept -> {
          List<Past> pasts = texts.stream().map(Unread::past).toList();
          List<TokenSequence> targets = texts.stream().map(Unread::tokens).toList();
          inputs.putAll(target.batchBehind(targets, size.past()));
          inputs.putAll(kept.inputs(pasts));
        });
    inputs.keySet().retainAll(decoderInputs);
    Set<String> wanted = new HashSet<>(past.map(PastTensors::outputs).orElse(Set.of()));
    wanted.add(network.output());
    Map<String, Tensor> outputs = decoder.run(inputs, wanted);
    List<float[]> logits = PastTensors.rows(output(outputs, network.output()), texts.size());
    List<Past> pasts =
        past.map(kept -> kept.kept(outputs, texts.size(), size.tokens()))
            .orElseGet(() -> Collections.nCopies(texts.size(), Past.NONE));
    return IntStream.range(0, texts.size())
        .mapToObj(i -> new Continuation(logits.get(i), pasts.get(i)))
        .toList();
  }

  private static Tensor output(Map<String, Tensor> outputs, String name) {
    Tensor found = outputs.get(name);
    if (found == null) {
      throw new GraphException("The model has no output '%s'".formatted(name));
    }
    return found;
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
  }
}
