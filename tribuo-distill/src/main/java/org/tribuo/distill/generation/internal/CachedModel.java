package org.tribuo.distill.generation.internal;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.text.TokenInputs;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.decoding.CachedDecoder;

/**
 * A language model with inputs for the keys and values of a past, {@code past_key_values.0.key},
 * and outputs for what they become, {@code present.0.key}: it reads each token once. They are those
 * of the file, or were made for one that has none. A text that is longer than it reads is read
 * again for each token.
 */
public final class CachedModel implements GeneratingModel {
  private static final int ROWS = 64;

  private final StudentNetwork network;
  private final TokenInputs inputs;
  private final PastTensors past;
  private final InferenceSession session;
  private final Optional<CausalTrial> trial;

  private CachedModel(
      StudentNetwork network, TokenInputs inputs, PastTensors past, boolean made, Device device) {
    this.network = network;
    this.inputs = inputs;
    this.past = past;
    this.trial =
        made
            ? Optional.of(
                new CausalTrial(
                    network.labelOrder().size(),
                    network.reader().maxLength(),
                    device,
                    texts -> run(unread(texts))))
            : Optional.empty();
    this.session =
        new InferenceSession(
            where -> Engines.inference().load(network.transformer().forInference(), where), device);
  }

  /**
   * A model that keeps a past.
   *
   * @param whole with all outputs of its file
   * @return nothing if its file has no past, or one in another form
   */
  public static Optional<CachedModel> of(StudentNetwork whole, Device device) {
    return of(whole, false, device);
  }

  /**
   * A model whose file has no past, to which inputs and outputs for one are added.
   *
   * @param whole with all outputs of its file
   * @return nothing if the model computes in a way in which that cannot be done, see {@link
   *     CachedDecoder}
   */
  public static Optional<CachedModel> making(StudentNetwork whole, Device device) {
    TokenInputs inputs = TokenInputs.of(whole.inputs());
    return CachedDecoder.of(whole.transformer().normalized(), inputs.ofTokens())
        .map(
            model ->
                new StudentNetwork(
                    Transformer.of(model), whole.logits(), whole.head(), whole.reader()))
        .flatMap(network -> of(network, true, device));
  }

  private static Optional<CachedModel> of(StudentNetwork whole, boolean made, Device device) {
    Graph graph = whole.transformer().graph();
    TokenInputs inputs = TokenInputs.of(graph.inputs());
    if (inputs.fixedRows().isPresent() || inputs.fixedLength().isPresent()) {
      return Optional.empty();
    }
    return PastTensors.of(inputs.past(), Set.copyOf(graph.outputs()))
        .map(past -> new CachedModel(whole.ofLastStep(past.outputs()), inputs, past, made, device));
  }

  @Override
  public List<Source> encoded(List<Source> sources) {
    return sources;
  }

  @Override
  public List<Continuation> after(List<Hypothesis> texts) {
    if (trial.map(CausalTrial::passes).orElse(true)) {
      return batches(unread(texts));
    }
    return batches(unread(texts.stream().map(text -> text.with(Past.NONE)).toList())).stream()
        .map(found -> Continuation.of(found.logits()))
        .toList();
  }

  private List<Unread> unread(List<Hypothesis> texts) {
    return texts.stream().map(text -> Unread.of(text, network.reader().maxLength())).toList();
  }

  private List<Continuation> batches(List<Unread> unread) {
    Continuation[] found = new Continuation[unread.size()];
    Map<Unread.Size, List<Integer>> alike =
        IntStream.range(0, unread.size())
            .boxed()
            .collect(
                Collectors.groupingBy(
                    i -> unread.get(i).size(), LinkedHashMap::new, Collectors.toList()));
    for (List<Integer> rows : alike.values()) {
      for (int from = 0; from < rows.size(); from += ROWS) {
        List<Integer> batch = rows.subList(from, Math.min(rows.size(), from + ROWS));
        List<Continuation> ofBatch = run(batch.stream().map(unread::get).toList());
        for (int i = 0; i < batch.size(); i++) {
          found[batch.get(i)] = ofBatch.get(i);
        }
      }
    }
    return List.of(found);
  }

  private List<Continuation> run(List<Unread> texts) {
    Unread.Size size = texts.get(0).size();
    List<Past> pasts = texts.stream().map(Unread::past).toList();
    Map<String, Tensor> batch =
        new LinkedHashMap<>(
            inputs.batchBehind(texts.stream().map(Unread::tokens).toList(), size.past()));
    batch.putAll(past.inputs(pasts));
    Set<String> wanted = new HashSet<>(past.outputs());
    wanted.add(network.output());
    Map<String, Tensor> outputs = session.run(batch, wanted);
    Tensor found = Objects.requireNonNull(outputs.get(network.output()), network.output());
    List<float[]> logits = PastTensors.rows(found, texts.size());
    List<Past> kept = past.kept(outputs, texts.size(), size.tokens());
    return IntStream.range(0, texts.size())
        .mapToObj(row -> new Continuation(logits.get(row), kept.get(row)))
        .toList();
  }

  @Override
  public void close() {
    session.close();
  }
}
