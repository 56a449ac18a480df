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
 * @param keys how many of them attention reads; as many as there are tokens, but for attention from
 *     one text to another
 */
public record TextActivation(Kind kind, Tensor padded, int row, int length, int keys) {
  /**
   * What attention scores are where query or key is padding: so low that a softmax gives padding
   * nothing, and finite, so that a softmax over padding alone is still a number.
   */
  private static final float HIDDEN = -1e30f;

  /** The bytes of the numbers without padding. */
  public long bytes() {
    return rowBytes(length, keys);
  }

  /** The same in a tensor of its own, of one row and without padding. */
  public TextActivation alone() {
    return new TextActivation(kind, batch(List.of(this), length, keys), 0, length, keys);
  }

  /**
   * An activation of some texts as one tensor. Padding is zeros, and -1e30 in attention scores.
   *
   * @param texts at least one; all of one activation of one teacher
   * @param positions at least as many as the longest text has tokens
   * @param keys the same of what attention reads
   * @return [texts, positions, width], or [texts, heads, positions, keys]
   */
  public static Tensor batch(List<TextActivation> texts, int positions, int keys) {
    TextActivation any = texts.get(0);
    long[] dims =
        any.kind.isAttention()
            ? new long[] {texts.size(), any.heads(), positions, keys}
            : new long[] {texts.size(), positions, any.padded.dim(2)};
    ByteBuffer data = any.padding(Math.multiplyExact(texts.size(), any.rowBytes(positions, keys)));
    for (int i = 0; i < texts.size(); i++) {
      texts.get(i).copyTo(data, i, positions, keys);
    }
    return Tensor.of(any.padded.elementType(), dims, data);
  }

  private void copyTo(ByteBuffer batch, int to, int positions, int keysOfBatch) {
    ByteBuffer from = padded.data();
    int ownPositions = (int) padded.dim(kind.isAttention() ? 2 : 1);
    int ownKeys = (int) padded.dim(padded.rank() - 1);
    int start = row * rowBytes(ownPositions, ownKeys);
    for (int head = 0; head < heads(); head++) {
      for (int line = 0; line < length; line++) {
        int read = start + (head * ownPositions + line) * lineBytes(ownKeys);
        int written =
            to * rowBytes(positions, keysOfBatch)
                + (head * positions + line) * lineBytes(keysOfBatch);
        batch.put(written, from, read, lineBytes(keys));
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

  /** The bytes that belong to one position of one head, where it reads so many keys. */
  private int lineBytes(int read) {
    int numbers = kind.isAttention() ? read : (int) padded.dim(2);
    return numbers * padded.elementType().bytes();
  }

  /** The bytes of a row of so many positions. */
  private int rowBytes(int positions, int read) {
    return Math.multiplyExact(heads() * positions, lineBytes(read));
  }
}
