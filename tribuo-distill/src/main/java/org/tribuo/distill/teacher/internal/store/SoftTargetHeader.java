package org.tribuo.distill.teacher.internal.store;

/**
 * What a file states about the soft targets in it.
 *
 * @param runtimeVersion the version of ONNX Runtime that the teacher ran on at first, or the name
 *     and version of what else it ran on
 */
record SoftTargetHeader(SoftTargetSpec spec, String runtimeVersion) {}
