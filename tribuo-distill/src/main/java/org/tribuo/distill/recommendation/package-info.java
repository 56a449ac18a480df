/**
 * Recommending what a user's history goes on with: items, the next of them as an output, ratings as
 * a data source, rankings and how good they are.
 */
@NullMarked
package org.tribuo.distill.recommendation;

import org.jspecify.annotations.NullMarked;
