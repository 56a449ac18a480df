package org.tribuo.distill.graph.internal.pass;

import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.booleans;
import static org.tribuo.distill.graph.OperatorCase.conditions;
import static org.tribuo.distill.graph.OperatorCase.int32s;
import static org.tribuo.distill.graph.OperatorCase.integers;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.operator;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** Every mask, length, bias and past of every attention operator, alone and together. */
public final class AttentionCases {
  private AttentionCases() {}

  private static final float LOWEST = -Float.MAX_VALUE;

  /** Com.microsoft's Attention: projections of [2, 4, 8] to two heads. */
  private static final List<OperatorCase> ATTENTION =
      List.of(
          attention(int32s(dims(4), 4, 3, 1, 0)),
          attention(int32s(dims(2), 0, 7)).with("mask_filter_value", LOWEST),
          attention(int32s(dims(2, 1), 0, 1)),
          attention(int32s(dims(1, 1), 0)),
          attention(int32s(dims(2, 4), 1, 0, 2, 1, 1, -1, 0, 0)),
          attention(int32s(dims(2), 4, 2)).with("unidirectional", 1),
          attention(int32s(dims(4), 4, 4, 2, 0))
              .with("unidirectional", 1)
              .with("mask_filter_value", LOWEST),
          attention(everyThird(2, 4, 4)).with("unidirectional", 1),
          attention(int32s(dims(2, 4), 0, 1, 1, 1, 1, 1, 1, 0)).with("unidirectional", 1),
          attention(absent(), past()).outputs(0, 1),
          attention(int32s(dims(2, 7), 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1), past())
              .outputs(0, 1),
          attention(int32s(dims(2), 5, 7), past()).outputs(0, 1),
          attention(int32s(dims(4), 5, 7, 2, 0), past()).with("unidirectional", 1).outputs(0, 1),
          attention(everyThird(2, 4, 7), past()).with("unidirectional", 1).outputs(0, 1),
          attention(absent(), absent(), normal(1, 1, 4, 4)),
          attention(absent(), absent(), normal(2, 1, 4, 4)),
          attention(absent(), absent(), normal(2, 2, 4, 4)).with("unidirectional", 1),
          attention(int32s(dims(2), 4, 2), absent(), normal(2, 2, 4, 4)),
          attention(int32s(dims(4), 4, 2, 1, 0), absent(), normal(1, 2, 4, 4))
              .with("unidirectional", 1),
          attention(absent(), absent(), lowestRow()));

  private static final List<OperatorCase> MULTI_HEAD =
      List.of(
          multiHead().on(q(4), k(5), k(5), absent(), int32s(dims(2), 5, 2)),
          multiHead().on(q(4), k(5), k(5), absent(), int32s(dims(8), 5, 2, 0, 4, 8, 0, 5, 10)),
          multiHead()
              .on(q(4), k(5), k(5), normal(24), int32s(dims(2, 5), 1, 0, 1, 1, 1, 1, 1, -1, 1, 0)),
          multiHead().on(q(4), k(5), k(5), absent(), everyThird(2, 4, 5)),
          multiHead()
              .with("mask_filter_value", LOWEST)
              .on(q(4), k(5), k(5), absent(), int32s(dims(2), 5, 0)),
          multiHead().with("unidirectional", 1).on(q(4), k(5), k(5)),
          multiHead()
              .with("unidirectional", 1)
              .on(q(2), k(7), k(7), absent(), int32s(dims(2), 7, 3)),
          multiHead().with("unidirectional", 1).on(q(5), k(3), k(3)),
          multiHead().with("unidirectional", 1).on(q(1), k(4), k(4)),
          multiHead().with("unidirectional", 1).on(q(4), normal(2, 2, 4, 4), normal(2, 2, 4, 4)),
          withPast(4, absent()),
          withPast(1, absent()),
          withPast(4, int32s(dims(2, 7), 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1)),
          withPast(4, int32s(dims(2), 5, 7)),
          withPast(4, everyThird(2, 4, 7)),
          withPast(4, int32s(dims(2), 5, 7)).with("unidirectional", 1),
          withPast(1, int32s(dims(2), 2, 4)).with("unidirectional", 1),
          multiHead().on(q(4), k(5), k(5), absent(), absent(), normal(1, 1, 4, 5)),
          multiHead().on(q(4), k(5), k(5), absent(), absent(), normal(2, 1, 4, 5)),
          multiHead().on(q(4), k(5), k(5), absent(), absent(), normal(1, 2, 4, 5)),
          multiHead()
              .with("unidirectional", 1)
              .on(q(4), k(5), k(5), absent(), int32s(dims(2), 5, 2), normal(2, 2, 4, 5)),
          multiHead().on(q(4), k(4), k(4), absent(), absent(), lowestRow()));

  private static final List<OperatorCase> GROUP_QUERY =
      List.of(
          prompt(0, 3),
          prompt(3, 1),
          prompt(1, 2).with("local_window_size", 1),
          prompt(0, 2).with("local_window_size", 2),
          prompt(3, 1).with("local_window_size", 0),
          prompt(3, 1).with("softcap", 1.5f).with("scale", 0.7f),
          prompt(3, 1, normal(2, 2, 4, 4)),
          prompt(3, 3, normal(1, 1, 4, 4)).with("local_window_size", 2).with("softcap", 2f),
          packed(3, 1),
          packed(2, 0).with("do_rotary", 1).with("rotary_interleaved", 1),
          rotated(3, 1).with("do_rotary", 1),
          rotated(0, 2).with("do_rotary", 1).with("rotary_interleaved", 1),
          rotated(1, 3, integers(dims(2, 4), 0, 1, 2, 3, 1, 1, 0, 1)).with("do_rotary", 1),
          decoding(3, 3, 4),
          decoding(3, 2, 4),
          decoding(1, 3, 4),
          decoding(2, 1, 4),
          decoding(3, 1, 5).with("local_window_size", 2),
          decoding(2, 3, 4).with("softcap", 1.5f),
          decoding(2, 1, 3),
          decoding(3, 1, 4, normal(2, 2, 1, 4)),
          decodingRotated(3, 1).with("do_rotary", 1),
          decodingRotated(3, 1, integers(dims(2, 1), 0, 2)).with("do_rotary", 1),
          promptOverBuffer(2, 1),
          promptOverBuffer(0, 2).with("local_window_size", 1),
          continued(4, 5),
          continued(3, 5),
          continued(4, 5, normal(1, 2, 2, 5)));

  /** ONNX's own, of opset 23, or 24 where examples have lengths. */
  private static final List<OperatorCase> STANDARD =
      List.of(
          standard(normal(4, 5).frozen()),
          standard(normal(2, 4, 5)),
          standard(normal(2, 1, 4, 5)),
          standard(normal(1, 2, 4, 5)),
          standard(normal(2, 2, 4, 5)).with("softcap", 1.5f),
          standard(booleans(4, 5)),
          standard(booleans(2, 4, 5)),
          standard(booleans(1, 1, 4, 5)).with("softcap", 1.5f),
          standard(leftPadded()),
          standard(leftPadded()).with("is_causal", 1),
          standard(leftPadded()).with("is_causal", 1).with("softcap", 1.5f),
          standard(rows(0, 0, Float.NEGATIVE_INFINITY)),
          standard(rows(0, 0, LOWEST)).with("is_causal", 1),
          standard(rows(LOWEST, Float.NEGATIVE_INFINITY, LOWEST)),
          standard(absent()).with("is_causal", 1),
          grouped().with("is_causal", 1),
          standardWithPast(4, 5, absent()).with("is_causal", 1),
          standardWithPast(1, 3, absent()).with("is_causal", 1),
          standardWithPast(2, 3, normal(2, 5)).with("is_causal", 1),
          standardWithPast(2, 3, booleans(2, 1, 2, 5)).with("is_causal", 1),
          standardWithPast(3, 1, booleans(3, 3)),
          lengths(4, 2),
          lengths(0, 5),
          lengths(4, 2).with("is_causal", 1),
          lengths(1, 5).with("is_causal", 1).with("softcap", 2f),
          lengths(3, 2, normal(4, 5)),
          lengths(3, 2, booleans(2, 1, 4, 5)).with("is_causal", 1));

  public static final List<OperatorCase> CASES =
      Stream.of(ATTENTION, MULTI_HEAD, GROUP_QUERY, STANDARD).flatMap(List::stream).toList();

  /**
   * Queries whose keys are all hidden by a low number: their scores are rounded so coarsely that
   * differences say nothing of the gradient.
   */
  public static final List<OperatorCase> COARSE =
      List.of(
          attention(int32s(dims(4), 4, 2, 9, 2)),
          attention(int32s(dims(2), 4, 0)),
          attention(int32s(dims(4), 4, 4, 2, 0)).with("unidirectional", 1),
          attention(int32s(dims(2, 4), 0, 0, 0, 0, 1, 1, 1, 1)).with("scale", 0.4f),
          standard(rows(-1e9, -1e4, 0)).with("is_causal", 1));

  private static long[] dims(long... dims) {
    return dims;
  }

  private static OperatorCase attention(Source... masks) {
    Source[] all =
        Stream.concat(Stream.of(normal(2, 4, 8), normal(8, 24), normal(24)), Stream.of(masks))
            .toArray(Source[]::new);
    return operator("com.microsoft::Attention").with("num_heads", 2).on(all);
  }

  private static Source past() {
    return normal(2, 2, 2, 3, 4);
  }

  private static Source everyThird(long... dims) {
    int[] values = new int[(int) Arrays.stream(dims).reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 3 == 1 ? 0 : 1;
    }
    return int32s(dims, values);
  }

  /** A bias [2, 2, 4, 4] that hides all keys from some queries. */
  private static Source lowestRow() {
    double[] values = new double[64];
    Arrays.fill(values, 8, 16, LOWEST);
    values[40] = LOWEST;
    return numbers(dims(2, 2, 4, 4), values).frozen();
  }

  private static OperatorCase multiHead() {
    return operator("com.microsoft::MultiHeadAttention").with("num_heads", 2);
  }

  private static Source q(long positions) {
    return normal(2, positions, 8);
  }

  private static Source k(long positions) {
    return normal(2, positions, 8);
  }

  private static OperatorCase withPast(long positions, Source mask) {
    return multiHead()
        .outputs(0, 1, 2)
        .on(
            q(positions),
            k(positions),
            k(positions),
            absent(),
            mask,
            absent(),
            normal(2, 2, 3, 4),
            normal(2, 2, 3, 4));
  }

  private static OperatorCase groupQuery() {
    return operator("com.microsoft::GroupQueryAttention")
        .with("num_heads", 2)
        .with("kv_num_heads", 1)
        .outputs(0, 1, 2);
  }

  private static Source[] tail(int[] ends, int total, Source... more) {
    return Stream.concat(
            Stream.of(int32s(dims(ends.length), ends), int32s(dims(), total).constant()),
            Stream.of(more))
        .toArray(Source[]::new);
  }

  private static OperatorCase group(List<Source> first, Source... tail) {
    return groupQuery().on(Stream.concat(first.stream(), Stream.of(tail)).toArray(Source[]::new));
  }

  /** A bias as the input behind angles and positions. */
  private static Source[] behindAngles(Source... bias) {
    Stream<Source> before =
        bias.length == 0 ? Stream.of() : Stream.of(absent(), absent(), absent());
    return Stream.concat(before, Stream.of(bias)).toArray(Source[]::new);
  }

  /** Four queries and keys, of which each example has as many as its last position says. */
  private static OperatorCase prompt(int end, int otherEnd, Source... bias) {
    return group(
        List.of(normal(2, 4, 16), normal(2, 4, 8), normal(2, 4, 8), absent(), absent()),
        tail(new int[] {end, otherEnd}, 4, behindAngles(bias)));
  }

  private static OperatorCase packed(int end, int otherEnd) {
    return group(
        List.of(normal(2, 4, 64), absent(), absent(), absent(), absent()),
        tail(new int[] {end, otherEnd}, 4, angles(), angles()));
  }

  private static OperatorCase rotated(int end, int otherEnd, Source... positions) {
    return group(
        List.of(normal(2, 4, 32), normal(2, 4, 16), normal(2, 4, 16), absent(), absent()),
        tail(new int[] {end, otherEnd}, 4, rotary(positions)));
  }

  private static Source[] rotary(Source... positions) {
    return Stream.concat(Stream.of(angles(), angles()), Stream.of(positions))
        .toArray(Source[]::new);
  }

  /** One query behind a past of three keys. */
  private static OperatorCase decoding(int end, int otherEnd, int total, Source... bias) {
    return group(
        List.of(
            normal(2, 1, 16),
            normal(2, 1, 8),
            normal(2, 1, 8),
            normal(2, 1, 3, 8),
            normal(2, 1, 3, 8)),
        tail(new int[] {end, otherEnd}, total, behindAngles(bias)));
  }

  private static OperatorCase decodingRotated(int end, int otherEnd, Source... positions) {
    return group(
        List.of(
            normal(2, 1, 32),
            normal(2, 1, 16),
            normal(2, 1, 16),
            normal(2, 1, 3, 16),
            normal(2, 1, 3, 16)),
        tail(new int[] {end, otherEnd}, 4, rotary(positions)));
  }

  /** The past is a buffer, of which nothing is filled yet. */
  private static OperatorCase promptOverBuffer(int end, int otherEnd) {
    return group(
        List.of(
            normal(2, 3, 16),
            normal(2, 3, 8),
            normal(2, 3, 8),
            normal(2, 1, 5, 8),
            normal(2, 1, 5, 8)),
        tail(new int[] {end, otherEnd}, 3));
  }

  /** Two queries of one example behind its past. */
  private static OperatorCase continued(int end, int total, Source... bias) {
    return group(
        List.of(
            normal(1, 2, 16),
            normal(1, 2, 8),
            normal(1, 2, 8),
            normal(1, 1, 3, 8),
            normal(1, 1, 3, 8)),
        tail(new int[] {end}, total, behindAngles(bias)));
  }

  private static Source angles() {
    return between(-1, 1, 6, 8).frozen();
  }

  /** Four queries, five keys. */
  private static OperatorCase standard(Source mask) {
    return operator("Attention")
        .opset(23)
        .on(normal(2, 2, 4, 3), normal(2, 2, 5, 3), normal(2, 2, 5, 3), mask);
  }

  private static OperatorCase grouped() {
    return operator("Attention")
        .opset(23)
        .with("q_num_heads", 4)
        .with("kv_num_heads", 2)
        .on(normal(2, 4, 16), normal(2, 5, 8), normal(2, 5, 8), leftPadded());
  }

  /** The first example has no padding, the second one two positions of it. */
  private static Source leftPadded() {
    boolean[] values = new boolean[40];
    for (int i = 0; i < values.length; i++) {
      values[i] = i < 20 || i % 5 >= 2;
    }
    return conditions(dims(2, 1, 4, 5), values);
  }

  /** A mask [4, 5] whose third row is one number, and the last key of which is another. */
  private static Source rows(double ofSecond, double ofLastKey, double ofThird) {
    double[] values = new double[20];
    Arrays.fill(values, 5, 10, ofSecond);
    for (int i = 4; i < values.length; i += 5) {
      values[i] = ofLastKey;
    }
    Arrays.fill(values, 10, 15, ofThird);
    return numbers(dims(4, 5), values).frozen();
  }

  private static OperatorCase standardWithPast(long queries, long keys, Source mask) {
    return operator("Attention")
        .opset(23)
        .outputs(0, 1, 2)
        .on(
            normal(2, 2, queries, 3),
            normal(2, 2, keys, 3),
            normal(2, 2, keys, 3),
            mask,
            normal(2, 2, 2, 3),
            normal(2, 2, 2, 3));
  }

  private static OperatorCase lengths(long length, long otherLength, Source... mask) {
    return operator("Attention")
        .opset(24)
        .on(
            normal(2, 2, 4, 3),
            normal(2, 2, 5, 3),
            normal(2, 2, 5, 3),
            mask.length == 0 ? absent() : mask[0],
            absent(),
            absent(),
            integers(dims(2), length, otherLength));
  }
}
