/**
 * Choices between trainers by what their models predict on labelled examples that they have not
 * seen.
 */
@NullMarked
package org.tribuo.distill.selection;

import org.jspecify.annotations.NullMarked;
