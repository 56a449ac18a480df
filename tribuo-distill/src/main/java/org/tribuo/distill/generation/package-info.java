/**
 * Language models that generate a text token by token, each from those before it: plain texts as
 * examples, what a model outputs for them, how likely it thinks them, and what it goes on with.
 */
@NullMarked
package org.tribuo.distill.generation;

import org.jspecify.annotations.NullMarked;
