/**
 * Images in Tribuo examples: data sources of folders and index files, and how pixels are prepared
 * for a model.
 */
@NullMarked
package org.tribuo.distill.input.image;

import org.jspecify.annotations.NullMarked;
