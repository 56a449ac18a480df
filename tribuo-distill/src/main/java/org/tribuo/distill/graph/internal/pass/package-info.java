/**
 * Normalisation: one pass a file, each of which rewrites a graph and keeps what it computes. Values
 * keep their names; a float constant that comes from a weight stays a node, since the weight would
 * be lost otherwise.
 */
@NullMarked
package org.tribuo.distill.graph.internal.pass;

import org.jspecify.annotations.NullMarked;
