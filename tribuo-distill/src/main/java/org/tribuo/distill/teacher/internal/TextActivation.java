package org.tribuo.distill.teacher.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.Activation.Kind;

/**
 * An activation of one text: a row of a padded tensor, without the padding, which is on the right.
 *
 * @param kind determines which axes are positions
 * @param padded [rows, positions, width], or [rows, heads, queries, keys]
 * @param row which of the rows
 * @param length the tokens of the text, at most as many as there are positions
 */
public record TextActivation(Kind kind, Tensor padded, int row, int length) {
  /**
   * What attention scores are where query or key is padding: so low that a softmax gives padding
   * nothing, and finite, so that a softmax over padding alone is still a number.
   */
  private static final float HIDDEN = -1e30f;

  /** The bytes of the numbers without padding. */
  public long bytes() {
    return rowBytes(length);
  }

  /** The same in a tensor of its own, of one row and without padding. */
  public TextActivation alone() {
    return new TextActivation(kind, batch(List.of(this), length), 0, length);
  }

  /**
   * An activation of some texts as one tensor. Padding is zeros, and -1e30 in attention scores.
   *
   * @param texts at least one; all of one activation of one teacher
   * @param positions at least as many as the longest text has tokens
   * @return [texts, positions, width], or [texts, heads, positions, positions]
   */
  public static Tensor batch(List<TextActivation> texts, int positions) {
    TextActivation any = texts.get(0);
    long[] dims =
        any.kind.isAttention()
            ? new long[] {texts.size(), any.heads(), positions, positions}
            : new long[] {texts.size(), positions, any.padded.dim(2)};
    ByteBuffer data = any.padding(Math.multiplyExact(texts.size(), any.rowBytes(positions)));
    for (int i = 0; i < texts.size(); i++) {
      texts.get(i).copyTo(data, i, positions);
    }
    return Tensor.of(any.padded.elementType(), dims, data);
  }

  private void copyTo(ByteBuffer batch, int to, int positions) {
    ByteBuffer from = padded.data();
    int start = row * rowBytes(positions());
    for (int head = 0; head < heads(); head++) {
      for (int line = 0; line < length; line++) {
        int read = start + (head * positions() + line) * lineBytes(positions());
        int written = to * rowBytes(positions) + (head * positions + line) * lineBytes(positions);
        batch.put(written, from, read, lineBytes(length));
      }
    }
  }

  private ByteBuffer padding(int bytes) {
    ByteBuffer padding = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (kind == Kind.ATTENTION_SCORES) {
      ByteBuffer hidden = Tensor.scalar(HIDDEN).cast(padded.elementType()).data();
      while (padding.hasRemaining()) {
        padding.put(hidden.duplicate());
      }
      padding.rewind();
    }
    return padding;
  }

  /** How many tables of positions a row is; one, if it is no attention. */
  private int heads() {
    return kind.isAttention() ? (int) padded.dim(1) : 1;
  }

  private int positions() {
    return (int) padded.dim(kind.isAttention() ? 2 : 1);
  }

  /** The bytes that belong to one position of one head, where there are so many of them. */
  private int lineBytes(int positions) {
    int numbers = kind.isAttention() ? positions : (int) padded.dim(2);
    return numbers * padded.elementType().bytes();
  }

  /** The bytes of a row of so many positions. */
  private int rowBytes(int positions) {
    return Math.multiplyExact(heads() * positions, lineBytes(positions));
  }
}
