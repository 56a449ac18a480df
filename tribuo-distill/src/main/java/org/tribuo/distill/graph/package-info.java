/**
 * ONNX models as editable graphs: read and write them, look values up by name, add nodes, infer
 * shapes, cut and rewire, normalise.
 */
@NullMarked
package org.tribuo.distill.graph;

import org.jspecify.annotations.NullMarked;
