/** Folders that one process uses alone, and folders that go with it. */
@NullMarked
package org.tribuo.distill.internal.file;

import org.jspecify.annotations.NullMarked;
