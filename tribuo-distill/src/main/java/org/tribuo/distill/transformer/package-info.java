/**
 * What a graph is when seen as a Transformer: where its layers begin and end, its embedding tables,
 * its trainable weights. Cuts a student out of a teacher and puts a head on an encoder. Everything
 * is found by structure, never by the name of a node or a model.
 */
@NullMarked
package org.tribuo.distill.transformer;

import org.jspecify.annotations.NullMarked;
