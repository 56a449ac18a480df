package org.tribuo.distill.report;

import java.time.Duration;

/**
 * One model beside others.
 *
 * @param name what it is called in the comparison
 * @param quality how good it is on test examples
 * @param parameters the numbers in its weights
 * @param bytesOnDisk the size of its ONNX file
 * @param latency the time of one prediction
 * @param examplesPerSecond the predictions in a second, in batches
 */
public record ModelReport(
    String name,
    Quality quality,
    long parameters,
    long bytesOnDisk,
    Duration latency,
    double examplesPerSecond) {}
