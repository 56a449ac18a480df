package org.tribuo.distill.teacher.internal.store;

/**
 * What a file states about the soft targets in it.
 *
 * @param runtimeVersion the version of ONNX Runtime that the teacher ran on at first
 */
record SoftTargetHeader(SoftTargetSpec spec, String runtimeVersion) {}
