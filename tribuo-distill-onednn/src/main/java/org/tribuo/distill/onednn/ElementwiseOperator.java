package org.tribuo.distill.onednn;

import java.util.Arrays;

/**
 * An operator whose inputs and output have one shape.
 *
 * @param outputType of the output; inputs are of float32
 * @param pieces whose arguments are the inputs and the output
 * @param computedANano about how many numbers a core computes in a nanosecond
 */
record ElementwiseOperator(
    String name, int requiredInputs, NumberType outputType, Pieces pieces, long computedANano)
    implements CustomOperator {
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
    RuntimeTensor first = run.input(0);
    for (int i = 0; i < requiredInputs; i++) {
      RuntimeTensor input = run.input(i);
      if (!Arrays.equals(input.dims(), first.dims())) {
        throw new IllegalArgumentException(
            "%s of %s and %s, expected one shape".formatted(name, first, input));
      }
      addresses[i] = input.address();
    }
    addresses[requiredInputs] = run.output(0, outputType, first.dims()).address();
    long numbers = first.elements();
    pieces
        .primitives()
        .using(
            () ->
                run.parallel(
                    Pieces.parts(numbers),
                    numbers / computedANano,
                    part -> pieces.compute(part, numbers, addresses)));
  }
}
