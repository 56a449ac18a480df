/**
 * What programs around a trainer need of its components: which files are read, what columns stand
 * for, and checks of a configuration.
 */
@NullMarked
package org.tribuo.distill.component;

import org.jspecify.annotations.NullMarked;
