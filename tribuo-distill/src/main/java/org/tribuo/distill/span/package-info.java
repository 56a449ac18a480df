/**
 * Answers that are a part of a text: the questions and their contexts, the answers as Tribuo's
 * outputs, and their evaluation.
 */
@NullMarked
package org.tribuo.distill.span;

import org.jspecify.annotations.NullMarked;
