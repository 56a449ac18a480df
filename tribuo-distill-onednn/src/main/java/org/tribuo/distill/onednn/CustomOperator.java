package org.tribuo.distill.onednn;

import java.util.Optional;

/** An operator that ONNX Runtime can call. Inputs and outputs are tensors. */
interface CustomOperator {
  String name();

  /** How many inputs it needs. */
  int requiredInputs();

  /** How many inputs there may be beyond those. */
  int optionalInputs();

  int outputs();

  /** The type of an input; empty if it may be any, and the kernel looks. */
  default Optional<NumberType> inputType(int index) {
    return Optional.of(NumberType.FLOAT32);
  }

  /** The type of all outputs. */
  default NumberType outputType() {
    return NumberType.FLOAT32;
  }

  /**
   * Makes what computes a node.
   *
   * @throws RuntimeException if the node has no right attributes; whoever opens the session gets
   *     the message
   */
  Kernel kernel(KernelInfo node);
}
