package org.tribuo.distill.onednn;

import java.util.Arrays;

/**
 * An operator whose inputs and output have one shape.
 *
 * @param pieces whose arguments are the inputs and the output
 */
record Elementwise(String name, int requiredInputs, Pieces pieces) implements Operator {
  /** About how many numbers a core computes in a nanosecond. */
  private static final long COMPUTED_A_NANO = 2;

  @Override
  public int optionalInputs() {
    return 0;
  }

  @Override
  public int outputs() {
    return 1;
  }

  @Override
  public Kernel kernel(KernelInfo node) {
    return this::compute;
  }

  private void compute(KernelContext run) {
    long[] addresses = new long[requiredInputs + 1];
    FloatTensor first = run.input(0);
    for (int i = 0; i < requiredInputs; i++) {
      FloatTensor input = run.input(i);
      if (!Arrays.equals(input.dims(), first.dims())) {
        throw new IllegalArgumentException(
            "%s of %s and %s, expected one shape".formatted(name, first, input));
      }
      addresses[i] = input.address();
    }
    addresses[requiredInputs] = run.output(0, first.dims()).address();
    long numbers = first.elements();
    pieces
        .primitives()
        .using(
            () ->
                run.parallel(
                    Pieces.parts(numbers),
                    numbers / COMPUTED_A_NANO,
                    part -> pieces.compute(part, numbers, addresses)));
  }
}
