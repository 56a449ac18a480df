package org.tribuo.distill.training.data;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.distill.input.text.TokenFeatures;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.task.TargetCodec;
import org.tribuo.distill.task.Targets;

/**
 * The examples of a dataset as a student reads them, one row each, in the order of the dataset.
 *
 * @param texts the tokens
 * @param targets the labels
 * @param labelled whether there is one
 * @param weights how much each counts
 */
public record ExampleRows(
    List<TokenSequence> texts, Targets targets, boolean[] labelled, ExampleWeights weights) {
  /**
   * Reads a dataset.
   *
   * @throws IllegalArgumentException if there are no examples, or one is no text that fits the
   *     limits, has an output that the codec does not know or a weight that is none; the message
   *     says which
   */
  public static <T extends Output<T>> ExampleRows of(
      Dataset<T> dataset, TokenFeatures tokens, TargetCodec<T> codec) {
    List<Example<T>> examples = new ArrayList<>(dataset.size());
    boolean[] labelled = new boolean[dataset.size()];
    for (Example<T> example : dataset) {
      labelled[examples.size()] = codec.isLabelled(example.getOutput());
      examples.add(example);
    }
    return new ExampleRows(
        texts(dataset, tokens), codec.encode(examples), labelled, ExampleWeights.of(examples));
  }

  /**
   * The texts of a dataset, whatever their labels are.
   *
   * @throws IllegalArgumentException if an example is no text that fits the limits; the message
   *     says which
   */
  public static List<TokenSequence> texts(Dataset<?> dataset, TokenFeatures tokens) {
    List<TokenSequence> texts = new ArrayList<>(dataset.size());
    for (Example<?> example : dataset) {
      texts.add(read(tokens, example, texts.size()));
    }
    return texts;
  }

  private static TokenSequence read(TokenFeatures tokens, Example<?> example, int row) {
    try {
      return tokens.read(example);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Example %d: %s".formatted(row, e.getMessage()), e);
    }
  }

  public int count() {
    return labelled.length;
  }

  /** The rows but for those that are left out, in ascending order. */
  public IntStream counted() {
    return IntStream.range(0, count()).filter(weights::counts);
  }

  /** The rows that have a label, without those that are left out. */
  public int[] labelledRows() {
    return rows(true);
  }

  /** The rows that have none, without those that are left out. */
  public int[] unlabelledRows() {
    return rows(false);
  }

  private int[] rows(boolean withLabel) {
    return counted().filter(row -> labelled[row] == withLabel).toArray();
  }
}
