/** Where students come from: files, layers of another, new encoders. */
@NullMarked
package org.tribuo.distill.student;

import org.jspecify.annotations.NullMarked;
