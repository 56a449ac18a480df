/**
 * What training minimises: the loss against the true labels, the loss against the teacher's soft
 * targets, and the objective that weighs them. A loss is a forward formula written into a graph;
 * its gradient is derived from that.
 */
@NullMarked
package org.tribuo.distill.loss;

import org.jspecify.annotations.NullMarked;
