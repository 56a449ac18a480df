package org.tribuo.distill;

/**
 * The numbers in which an exported file keeps a student's weights. The file reads and outputs what
 * the student reads and outputs, in float32, and any build of ONNX Runtime runs it, without
 * operators beside the standard.
 */
public enum ExportPrecision {
  /** As the student was trained, with the nodes and names that it came with. */
  FLOAT32,

  /**
   * Matrices in half precision, which become float32 when the file is loaded: half the file, with
   * the nodes and names that it came with, and nothing is computed faster.
   */
  FLOAT16,

  /**
   * Matrices in integers of 8 bits: a quarter of the file. Products with weights are computed in
   * integers (dynamic quantisation): each column of a weight has a scale of its own, the other
   * factor is scaled at each run as a whole, sums are in 32 bits. Tables of embeddings have a scale
   * for each row. All else is computed in float32. The graph is normalised, so that nodes and opset
   * may be others than the student came with; names of inputs and outputs stay.
   *
   * <p>On x86 processors with AVX2 or AVX-512, but without VNNI, ONNX Runtime adds up pairs of
   * products in 16 bits, where large ones are cut off: measure what the file costs where it is
   * used.
   */
  INT8
}
