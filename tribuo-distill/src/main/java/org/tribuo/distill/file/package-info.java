/** Files that are written whole or not at all, and folders that one process uses alone. */
@NullMarked
package org.tribuo.distill.file;

import org.jspecify.annotations.NullMarked;
