package org.tribuo.distill.onednn;

/** oneDNN's engine of this process: the processor. */
final class ProcessorEngine {
  /** GPUs are not even counted: where OpenCL is missing that ends the process. */
  static final long CPU = create();

  private ProcessorEngine() {}

  private static long create() {
    NativeWords words = new NativeWords(1);
    Dnnl.check(Dnnl.dnnl_engine_create(words.at(0), Dnnl.CPU, 0), "dnnl_engine_create");
    return words.get(0);
  }
}
