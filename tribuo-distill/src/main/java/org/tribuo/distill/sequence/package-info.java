/**
 * Sequences with a label for each element, such as the words of a sentence: their Tribuo trainer,
 * model and evaluation.
 */
@NullMarked
package org.tribuo.distill.sequence;

import org.jspecify.annotations.NullMarked;
