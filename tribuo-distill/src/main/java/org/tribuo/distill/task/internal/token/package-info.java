/** Predicting a label for some of the tokens of a text, such as the first of each word. */
@NullMarked
package org.tribuo.distill.task.internal.token;

import org.jspecify.annotations.NullMarked;
