/** What configurable components share: checks of their properties, and the files that they name. */
@NullMarked
package org.tribuo.distill.internal.component;

import org.jspecify.annotations.NullMarked;
