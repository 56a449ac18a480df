/** What only this library uses of graphs: shapes of rows, shared bytes, its own operators. */
@NullMarked
package org.tribuo.distill.graph.internal;

import org.jspecify.annotations.NullMarked;
