package org.tribuo.distill.generation.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.text.TokenInputs;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.transformer.internal.CachedDecoder;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * A language model with inputs for the keys and values of a past, {@code past_key_values.0.key},
 * and outputs for what they become, {@code present.0.key}: it reads each token once. They are those
 * of the file, or were made for one that has none. A text that is longer than it reads it reads
 * anew for each token.
 */
public final class CachedModel implements GeneratingModel {
  private static final String PAST = "past_key_values.";
  private static final String PRESENT = "present.";

  private static final int ROWS = 64;

  /** How many tokens show whether a model is causal. */
  private static final int TRIED = 6;

  /** Of the range of the logits; products of bfloat16 included. */
  private static final float ROUNDING = 0.02f;

  private final StudentNetwork network;
  private final TokenInputs inputs;
  private final List<Kept> kept;
  private final InferenceSession session;
  private final boolean made;
  private volatile @Nullable Boolean causal;

  /** Keys or values of a layer: float [rows, heads, positions, width]. */
  private record Kept(String past, String present, int heads, int width) {
    static Optional<Kept> of(String past, TensorType type, Set<String> outputs) {
      String present = PRESENT + past.substring(PAST.length());
      Shape shape = type.shape().orElse(Shape.SCALAR);
      return type.elementType() == ElementType.FLOAT && outputs.contains(present)
          ? Optional.of(new Kept(past, present, size(shape, 1), size(shape, 3)))
          : Optional.empty();
    }

    private static int size(Shape shape, int axis) {
      return Math.toIntExact(((Dimension.Fixed) shape.dimension(axis)).size());
    }

    /**
     * What is kept of each of some texts.
     *
     * @param positions that they have
     * @throws GraphException if the model keeps others
     */
    List<float[]> rows(Map<String, Tensor> outputs, int texts, int positions) {
      Tensor all = output(outputs, present);
      long[] expected = {texts, heads, positions, width};
      if (!Arrays.equals(all.dims(), expected)) {
        throw new GraphException(
            "The model's output '%s' is %s, expected %s for %d texts of %d tokens; export the model without its past"
                .formatted(present, all, Arrays.toString(expected), texts, positions));
      }
      return CachedModel.rows(all, texts);
    }

    /** The past of some texts in which it is as long. */
    Tensor tensor(List<Past> pasts, int number) {
      int positions = pasts.get(0).positions();
      int size = heads * positions * width;
      float[] all = new float[pasts.size() * size];
      for (int row = 0; row < pasts.size() && positions > 0; row++) {
        System.arraycopy(pasts.get(row).keysAndValues().get(number), 0, all, row * size, size);
      }
      return Tensor.of(all, pasts.size(), heads, positions, width);
    }
  }

  /** Texts that can share a batch. */
  private record Size(int tokens, int past) {}

  private CachedModel(
      StudentNetwork network, TokenInputs inputs, List<Kept> kept, boolean made, Device device) {
    this.network = network;
    this.inputs = inputs;
    this.kept = kept;
    this.made = made;
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
    Set<String> outputs = new HashSet<>(graph.outputs());
    List<Kept> kept = new ArrayList<>();
    inputs.past().forEach((name, type) -> Kept.of(name, type, outputs).ifPresent(kept::add));
    boolean fixed = inputs.fixedRows().isPresent() || inputs.fixedLength().isPresent();
    if (fixed || kept.isEmpty() || kept.size() < inputs.past().size()) {
      return Optional.empty();
    }
    Set<String> presents = kept.stream().map(Kept::present).collect(Collectors.toSet());
    return Optional.of(new CachedModel(whole.ofLastStep(presents), inputs, kept, made, device));
  }

  @Override
  public List<Source> encoded(List<Source> sources) {
    return sources;
  }

  @Override
  public List<Continuation> after(List<Hypothesis> texts) {
    boolean keeps = !made || isCausal();
    List<Unread> unread =
        texts.stream()
            .map(text -> Unread.of(text, network.reader().maxLength()))
            .map(text -> keeps ? text : text.whole())
            .toList();
    Continuation[] found = new Continuation[texts.size()];
    Map<Size, List<Integer>> alike =
        IntStream.range(0, texts.size())
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

  /** A text, with what is kept of its first tokens. */
  private record Unread(TokenSequence tokens, Past past) {
    static Unread of(Hypothesis text, int most) {
      int length = text.tokens().length;
      return length <= most
          ? new Unread(TokenSequence.of(text.tokens()), text.past())
          : new Unread(
              TokenSequence.of(Arrays.copyOfRange(text.tokens(), length - most, length)),
              Past.NONE);
    }

    /** The same, of which nothing is kept. */
    Unread whole() {
      return new Unread(tokens, Past.NONE);
    }

    Size size() {
      return new Size(tokens.length(), past.positions());
    }
  }

  /**
   * Whether what is kept of a text is what the model would compute of it again, with whatever
   * follows: of a model that reads later positions it is not. Tried once with a text.
   */
  private boolean isCausal() {
    Boolean known = causal;
    if (known == null) {
      int columns = network.labelOrder().size();
      int length = Math.min(TRIED, network.reader().maxLength());
      int[] text = IntStream.range(0, length).map(i -> (7 + 13 * i) % columns).toArray();
      known = length > 1 && isSame(text);
      causal = known;
    }
    return known;
  }

  private boolean isSame(int... text) {
    Unread whole = new Unread(TokenSequence.of(text), Past.NONE);
    Unread most = new Unread(TokenSequence.of(Arrays.copyOf(text, text.length - 1)), Past.NONE);
    float[] expected = run(List.of(whole)).get(0).logits();
    Past kept = run(List.of(most)).get(0).past();
    float[] found = run(List.of(new Unread(whole.tokens(), kept))).get(0).logits();
    float least = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    float difference = 0;
    for (int i = 0; i < expected.length; i++) {
      least = Math.min(least, expected[i]);
      largest = Math.max(largest, expected[i]);
      difference = Math.max(difference, Math.abs(expected[i] - found[i]));
    }
    return difference <= ROUNDING * (largest - least);
  }

  private List<Continuation> run(List<Unread> texts) {
    Size size = texts.get(0).size();
    List<Past> pasts = texts.stream().map(Unread::past).toList();
    Map<String, Tensor> batch =
        new LinkedHashMap<>(
            inputs.batchBehind(texts.stream().map(Unread::tokens).toList(), size.past()));
    for (int i = 0; i < kept.size(); i++) {
      batch.put(kept.get(i).past(), kept.get(i).tensor(pasts, i));
    }
    Set<String> wanted = kept.stream().map(Kept::present).collect(Collectors.toSet());
    wanted.add(network.output());
    Map<String, Tensor> outputs = session.run(batch, wanted);
    List<float[]> logits = rows(output(outputs, network.output()), texts.size());
    List<List<float[]>> presents =
        kept.stream().map(each -> each.rows(outputs, texts.size(), size.tokens())).toList();
    return IntStream.range(0, texts.size())
        .mapToObj(
            row ->
                new Continuation(
                    logits.get(row),
                    new Past(size.tokens(), presents.stream().map(each -> each.get(row)).toList())))
        .toList();
  }

  private static Tensor output(Map<String, Tensor> outputs, String name) {
    return Objects.requireNonNull(outputs.get(name), name);
  }

  private static List<float[]> rows(Tensor output, int rows) {
    float[] all = output.toFloats();
    int size = all.length / rows;
    return IntStream.range(0, rows)
        .mapToObj(row -> Arrays.copyOfRange(all, row * size, (row + 1) * size))
        .toList();
  }

  @Override
  public void close() {
    session.close();
  }
}
