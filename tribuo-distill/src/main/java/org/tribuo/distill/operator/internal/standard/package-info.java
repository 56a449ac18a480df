/** The operators of ONNX and of ONNX Runtime that the library knows, family by family. */
@NullMarked
package org.tribuo.distill.operator.internal.standard;

import org.jspecify.annotations.NullMarked;
