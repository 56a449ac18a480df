package org.tribuo.distill.input.internal.text;

import java.util.Optional;
import org.tribuo.Example;
import org.tribuo.distill.internal.component.ExampleException;

/**
 * The text that the tokens of an example were made of. It is kept in the example's metadata, so
 * that a model with another tokenizer can read it too.
 *
 * @param text the text, or the first of a pair
 * @param pair the second of a pair; empty where there is one text only
 */
public record RawText(String text, Optional<String> pair) {
  /** The metadata that holds the text. */
  public static final String TEXT = "text";

  /** The metadata that holds the second text of a pair. */
  public static final String PAIR = "text-pair";

  /** The text that is kept in an example, if it is. */
  public static Optional<RawText> of(Example<?> example) {
    return example
        .getMetadataValue(TEXT)
        .map(
            text ->
                new RawText(text.toString(), example.getMetadataValue(PAIR).map(Object::toString)));
  }

  /**
   * The text that an example must keep.
   *
   * @param row of the example, from 0
   * @param use of the text, for the message
   * @throws ExampleException if it does not
   */
  public static RawText kept(Example<?> example, int row, String use) {
    return of(example)
        .orElseThrow(
            () ->
                new ExampleException(
                    row,
                    "does not keep its text, %s; set keepText of the CsvTextDataSource, or put the text into the example's metadata '%s'"
                        .formatted(use, TEXT)));
  }

  /** Keeps this text in an example. */
  public void keepIn(Example<?> example) {
    example.setMetadataValue(TEXT, text);
    pair.ifPresent(second -> example.setMetadataValue(PAIR, second));
  }
}
