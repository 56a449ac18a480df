/** The labels of the tokens of a text, and the entities that they mark. */
@NullMarked
package org.tribuo.distill.task.token;

import org.jspecify.annotations.NullMarked;
