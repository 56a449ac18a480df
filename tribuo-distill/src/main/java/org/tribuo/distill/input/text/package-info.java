/**
 * Texts as token sequences in Tribuo examples: data sources, tokenizers, and the tensors that a
 * Transformer of tokens reads.
 */
@NullMarked
package org.tribuo.distill.input.text;

import org.jspecify.annotations.NullMarked;
