/** Finds layers, attention and embeddings of a Transformer by their structure. */
@NullMarked
package org.tribuo.distill.transformer.internal.layer;

import org.jspecify.annotations.NullMarked;
