package org.tribuo.distill.internal.component;

/** What is at one position of an example does not fit. */
public final class PositionException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final int position;

  /**
   * @param message names the position
   */
  public PositionException(int position, String message) {
    super(message);
    this.position = position;
  }

  public int position() {
    return position;
  }
}
