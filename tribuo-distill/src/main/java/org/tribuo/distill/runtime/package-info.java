/**
 * Chooses and loads the native ONNX Runtime library once, names the execution providers and makes
 * session options. The only owner of {@link ai.onnxruntime.OrtEnvironment}.
 */
@NullMarked
package org.tribuo.distill.runtime;

import org.jspecify.annotations.NullMarked;
