package org.tribuo.distill.input.internal.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.GrowingInputs;
import org.tribuo.distill.input.text.TokenSequence;

/**
 * How the inputs of one model are fed from token sequences.
 *
 * <p>Inputs are matched by name, with the names that exporters use: {@code input_ids}, {@code
 * attention_mask}, {@code token_type_ids}, {@code position_ids} and their synonyms, in upper or
 * lower case, with or without TensorFlow's {@code :0}. Positions are counted from 0; what a model
 * adds to them, as RoBERTa does, is its own business. The keys and values of a past are empty
 * ({@link EmptyPast}). Each is a tensor [rows, positions] of INT64 or INT32, whichever the model
 * declares. Rows are padded on the right to the longest one, or to the length that the model fixes.
 * Immutable and safe for many threads.
 */
public final class TokenInputs implements Feeder<TokenSequence> {
  private final Map<String, Input> inputs;
  private final Map<String, EmptyPast> past;
  private final int padId;

  private TokenInputs(Map<String, Input> inputs, Map<String, EmptyPast> past, int padId) {
    this.inputs = inputs;
    this.past = past;
    this.padId = padId;
  }

  /**
   * Matches the inputs of a model; padding is token 0.
   *
   * @param declared the model's inputs in its own order, with the types that it declares
   * @throws IllegalArgumentException if an input is none that tokens can feed, two inputs want the
   *     same, none wants the ids, or one is not of two dimensions and of INT64 or INT32; the
   *     message names the input and what can be fed
   */
  public static TokenInputs of(Map<String, TensorType> declared) {
    return of(declared, "");
  }

  /**
   * As above, where all names begin alike, such as those of a decoder.
   *
   * @param prefix what stands before the usual names
   */
  static TokenInputs of(Map<String, TensorType> declared, String prefix) {
    Map<String, Input> inputs = new LinkedHashMap<>();
    Map<String, EmptyPast> past = new LinkedHashMap<>();
    Map<Part, String> taken = new EnumMap<>(Part.class);
    declared.forEach(
        (name, type) -> {
          if (EmptyPast.isNamed(name)) {
            past.put(name, EmptyPast.of(name, type));
            return;
          }
          Input input = Input.of(name, prefix, type);
          String other = taken.putIfAbsent(input.part(), name);
          if (other != null) {
            throw new IllegalArgumentException(
                "The model's inputs '%s' and '%s' both look like %s"
                    .formatted(other, name, input.part()));
          }
          inputs.put(name, input);
        });
    if (!taken.containsKey(Part.IDS)) {
      throw withoutIds(declared.keySet());
    }
    return new TokenInputs(
        Collections.unmodifiableMap(inputs), Collections.unmodifiableMap(past), 0);
  }

  /**
   * The inputs that may take token ids, first the one that does: the others are what is known to be
   * neither mask, segments nor positions, as a decoder's ids, or its cached keys.
   *
   * @param declared the names of the model's inputs
   * @throws IllegalArgumentException if none takes token ids
   */
  public static List<String> idsAmong(Set<String> declared) {
    String ids =
        declared.stream()
            .filter(name -> Part.named(name).filter(part -> part == Part.IDS).isPresent())
            .findFirst()
            .orElseThrow(() -> withoutIds(declared));
    Stream<String> unknown = declared.stream().filter(name -> Part.named(name).isEmpty());
    return Stream.concat(Stream.of(ids), unknown).toList();
  }

  private static IllegalArgumentException withoutIds(Set<String> declared) {
    return new IllegalArgumentException(
        "No input of the model takes token ids: it has %s, expected one of %s"
            .formatted(declared, Part.IDS.names));
  }

  /**
   * The same with another token as padding. It is masked, so it matters only to a model without an
   * attention mask.
   *
   * @throws IllegalArgumentException if the id is negative
   */
  TokenInputs withPadId(int padId) {
    if (padId < 0) {
      throw new IllegalArgumentException("padId is %d, expected at least 0".formatted(padId));
    }
    return new TokenInputs(inputs, past, padId);
  }

  @Override
  public List<String> names() {
    return Stream.concat(inputs.keySet().stream(), past.keySet().stream()).toList();
  }

  /** The name of the input that takes the token ids. */
  public String ids() {
    return inputs.values().stream()
        .filter(input -> input.part() == Part.IDS)
        .map(Input::name)
        .findFirst()
        .orElseThrow();
  }

  /** The name of the input that takes the segments, if there is one. */
  Optional<String> typeIds() {
    return inputs.values().stream()
        .filter(input -> input.part() == Part.TYPE_IDS)
        .map(Input::name)
        .findFirst();
  }

  /** The name of the input that takes the positions, if there is one. */
  Optional<String> positionIds() {
    return inputs.values().stream()
        .filter(input -> input.part() == Part.POSITION_IDS)
        .map(Input::name)
        .findFirst();
  }

  /** The inputs that have a number for each token that is read, the ids first; a mask is none. */
  public List<String> ofTokens() {
    return Stream.of(Optional.of(ids()), typeIds(), positionIds())
        .flatMap(Optional::stream)
        .toList();
  }

  @Override
  public Optional<GrowingInputs> growing() {
    return Optional.of(new GrowingInputs(Set.copyOf(names()), ofTokens(), false, !past.isEmpty()));
  }

  /** Whether one of the inputs distinguishes tokens from padding. */
  @Override
  public boolean tellsPadding() {
    return inputs.values().stream().anyMatch(input -> input.part() == Part.MASK);
  }

  /** Padding is a token that a model without an attention mask reads. */
  @Override
  public void digest(MessageDigest into) {
    if (!tellsPadding()) {
      into.update(ByteBuffer.allocate(Integer.BYTES).putInt(padId).flip());
    }
  }

  @Override
  public OptionalLong fixedRows() {
    return fixed(Input::rows);
  }

  @Override
  public OptionalLong fixedLength() {
    return fixed(Input::positions);
  }

  private OptionalLong fixed(Function<Input, Dimension> size) {
    return inputs.values().stream()
        .map(size)
        .filter(Dimension.Fixed.class::isInstance)
        .mapToLong(dimension -> ((Dimension.Fixed) dimension).size())
        .min();
  }

  @Override
  public Map<String, Tensor> batch(List<TokenSequence> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("A batch has at least one row, this has none");
    }
    int longest = rows.stream().mapToInt(TokenSequence::length).max().getAsInt();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    inputs.forEach((name, input) -> tensors.put(name, input.tensor(rows, 0, longest, padId)));
    past.forEach((name, empty) -> tensors.put(name, empty.tensor(rows.size())));
    return Collections.unmodifiableMap(tensors);
  }

  /** The inputs for the keys and values of a past, with their types. */
  public Map<String, TensorType> past() {
    Map<String, TensorType> types = new LinkedHashMap<>();
    past.forEach((name, empty) -> types.put(name, empty.type()));
    return types;
  }

  /**
   * The tensors of the last tokens of rows, where those before them are a past; without the past.
   *
   * @param rows of one length, at least one
   * @param before how many tokens of each are the past, from 0 to all but one
   * @return [rows, positions - before], and the mask [rows, positions]
   */
  public Map<String, Tensor> batchBehind(List<TokenSequence> rows, int before) {
    int length = rows.get(0).length();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    inputs.forEach(
        (name, input) ->
            tensors.put(
                name, input.tensor(rows, input.part() == Part.MASK ? 0 : before, length, padId)));
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public String toString() {
    return "TokenInputs(%s, padId=%d)".formatted(inputs.values(), padId);
  }

  /** What an input can take, with its names in lower case; the first is the usual one. */
  private enum Part {
    IDS("input_ids", "input_word_ids", "token_ids", "word_ids", "ids", "input", "inputs", "tokens"),
    MASK("attention_mask", "input_mask", "mask"),
    TYPE_IDS("token_type_ids", "segment_ids", "input_type_ids", "type_ids", "token_types"),
    POSITION_IDS("position_ids", "input_position_ids", "positions", "pos_ids");

    private final List<String> names;

    Part(String... names) {
      this.names = List.of(names);
    }

    int value(TokenSequence tokens, int position) {
      return switch (this) {
        case IDS -> tokens.id(position);
        case MASK -> 1;
        case TYPE_IDS -> tokens.typeId(position);
        case POSITION_IDS -> position;
      };
    }

    /** What is there where a row has no token. */
    int padding(int position, int padId) {
      return switch (this) {
        case IDS -> padId;
        case MASK, TYPE_IDS -> 0;
        case POSITION_IDS -> position;
      };
    }

    static Optional<Part> named(String input) {
      String plain = input.toLowerCase(Locale.ROOT).replaceFirst(":\\d+$", "");
      return Arrays.stream(values()).filter(part -> part.names.contains(plain)).findFirst();
    }

    @Override
    public String toString() {
      return names.get(0);
    }
  }

  /** One input of the model, matched. */
  private record Input(
      String name, Part part, ElementType type, Dimension rows, Dimension positions) {
    static Input of(String name, String prefix, TensorType declared) {
      Part part =
          Part.named(name.substring(prefix.length()))
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "The model's input '%s' %s cannot be made from tokens, only %s can; %s"
                              .formatted(
                                  name,
                                  declared,
                                  Arrays.toString(Part.values()),
                                  "export the model without that input")));
      ElementType type = declared.elementType();
      if (type != ElementType.INT64 && type != ElementType.INT32) {
        throw new IllegalArgumentException(
            "The model's input '%s' is %s, expected INT64 or INT32".formatted(name, declared));
      }
      Shape shape = declared.shape().orElse(Shape.of(Dimension.unknown(), Dimension.unknown()));
      if (shape.rank() != 2) {
        throw new IllegalArgumentException(
            "The model's input '%s' is %s, expected two dimensions: rows and positions"
                .formatted(name, declared));
      }
      return new Input(name, part, type, shape.dimension(0), shape.dimension(1));
    }

    /** Of the positions from one on. */
    Tensor tensor(List<TokenSequence> batch, int from, int longest, int padId) {
      if (rows instanceof Dimension.Fixed fixed && fixed.size() != batch.size()) {
        throw new IllegalArgumentException(
            "The batch has %d rows, the model's input '%s' takes exactly %d"
                .formatted(batch.size(), name, fixed.size()));
      }
      long width = positions instanceof Dimension.Fixed fixed ? fixed.size() : longest;
      if (longest > width) {
        throw new IllegalArgumentException(
            "The batch has a row of %d tokens, the model's input '%s' takes %d; %s"
                .formatted(longest, name, width, "set the tokenizer's maximum length to that"));
      }
      long elements = batch.size() * (width - from);
      ByteBuffer data =
          ByteBuffer.allocate(Math.toIntExact(elements * type.bytes()))
              .order(ByteOrder.LITTLE_ENDIAN);
      for (TokenSequence tokens : batch) {
        for (int i = from; i < width; i++) {
          int value = i < tokens.length() ? part.value(tokens, i) : part.padding(i, padId);
          if (type == ElementType.INT64) {
            data.putLong(value);
          } else {
            data.putInt(value);
          }
        }
      }
      return Tensor.of(type, new long[] {batch.size(), width - from}, data.flip());
    }

    @Override
    public String toString() {
      return "'%s' %s as %s".formatted(name, type, part);
    }
  }
}
