package org.tribuo.distill.teacher;

import org.tribuo.distill.output.LabelOrder;

/**
 * What is known of kept soft targets without reading them.
 *
 * @param labels the names of the columns
 * @param runtimeVersion the version of ONNX Runtime that the teacher ran on at first
 * @param complete whether every row is there
 */
record SoftTargetHeader(
    SoftTargetKey key,
    LabelOrder labels,
    BlockLayout layout,
    String runtimeVersion,
    boolean complete) {

  SoftTargetHeader completed() {
    return new SoftTargetHeader(key, labels, layout, runtimeVersion, true);
  }
}
