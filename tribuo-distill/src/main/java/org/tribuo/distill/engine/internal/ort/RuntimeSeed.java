package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtTrainingSession;

/** ONNX Runtime's seed is one for all: a session must be made before another one sets it. */
final class RuntimeSeed {
  private RuntimeSeed() {}

  /** Makes a session. */
  interface Opening<S> {
    S open() throws OrtException;
  }

  /** Makes a session whose operators draw by a seed. */
  static <S> S during(long seed, Opening<S> opening) throws OrtException {
    synchronized (RuntimeSeed.class) {
      OrtTrainingSession.setSeed(seed);
      return opening.open();
    }
  }
}
