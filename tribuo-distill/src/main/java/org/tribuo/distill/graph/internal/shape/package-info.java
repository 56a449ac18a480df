/**
 * Shape inference: the element types and shapes of a graph's values, with symbolic sizes and their
 * products.
 */
@NullMarked
package org.tribuo.distill.graph.internal.shape;

import org.jspecify.annotations.NullMarked;
