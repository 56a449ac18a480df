package org.tribuo.distill.input.internal;

import java.util.Optional;
import org.tribuo.Example;

/**
 * What several examples were made of, such as the sequence of which each has a window, or the image
 * of which each is a copy. They are held out together or not at all. It is kept as metadata.
 */
public final class ExampleOrigin {
  private static final String KEY = "distill-origin";

  private ExampleOrigin() {}

  /**
   * Keeps the origin of an example.
   *
   * @param origin equal for those, and only for those, that were made of the same
   */
  public static void keepIn(Example<?> example, Object origin) {
    example.setMetadataValue(KEY, origin);
  }

  /** The origin of an example, if it is not the only one of its origin. */
  public static Optional<Object> of(Example<?> example) {
    return example.getMetadataValue(KEY);
  }
}
