/** Turns a decoder into one that reads its text token by token. */
@NullMarked
package org.tribuo.distill.transformer.internal.decoding;

import org.jspecify.annotations.NullMarked;
