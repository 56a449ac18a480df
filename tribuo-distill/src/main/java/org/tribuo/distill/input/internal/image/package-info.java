/** Images as pixels, and the tensors that a model of images reads. */
@NullMarked
package org.tribuo.distill.input.internal.image;

import org.jspecify.annotations.NullMarked;
