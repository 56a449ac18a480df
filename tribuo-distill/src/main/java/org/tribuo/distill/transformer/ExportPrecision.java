package org.tribuo.distill.transformer;

/**
 * The numbers in which an exported file keeps a student's weights. The file reads and outputs what
 * the student reads and outputs, in float32, and needs no other operators than the standard's and
 * those that the student came with.
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
   * for each row. All else is computed in float32. The graph is normalised to opset 21 or higher,
   * which ONNX Runtime runs since 1.18: names of inputs and outputs stay, those of nodes do not.
   *
   * <p>On x86 processors with AVX2 or AVX-512, but without VNNI, ONNX Runtime adds up pairs of
   * products in 16 bits, where large ones are cut off: measure what the file costs where it is
   * used.
   */
  INT8
}
