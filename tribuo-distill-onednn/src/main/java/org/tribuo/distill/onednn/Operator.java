package org.tribuo.distill.onednn;

/** An operator that ONNX Runtime can call. All inputs and outputs are float32 tensors. */
interface Operator {
  String name();

  /** How many inputs it needs. */
  int requiredInputs();

  /** How many inputs there may be beyond those. */
  int optionalInputs();

  int outputs();

  /**
   * Makes what computes a node.
   *
   * @throws RuntimeException if the node has no right attributes; whoever opens the session gets
   *     the message
   */
  Kernel kernel(KernelInfo node);
}
