/** The modality of tokens. */
@NullMarked
package org.tribuo.distill.input.internal.text;

import org.jspecify.annotations.NullMarked;
