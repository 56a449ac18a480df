/** Folders that go with a process, and what a file holds by its digest. */
@NullMarked
package org.tribuo.distill.file.internal;

import org.jspecify.annotations.NullMarked;
