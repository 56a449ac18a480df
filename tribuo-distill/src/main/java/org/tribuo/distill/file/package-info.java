/** Folders that one process uses alone, and folders that go with it. */
@NullMarked
package org.tribuo.distill.file;

import org.jspecify.annotations.NullMarked;
