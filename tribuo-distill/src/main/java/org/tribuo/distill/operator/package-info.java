/**
 * What is known of an operator, in one entry: its traits, the shapes of its outputs, its
 * derivative, how an older version of it is lifted, and how it is written with others. Nothing else
 * in the library lists operators by name.
 */
@NullMarked
package org.tribuo.distill.operator;

import org.jspecify.annotations.NullMarked;
