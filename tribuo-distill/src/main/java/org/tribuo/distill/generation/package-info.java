/**
 * Language models that generate a text token by token, each from those before it: plain texts as
 * examples, what a model outputs for them, how likely it thinks them, what it goes on with, and how
 * near that is to texts that were expected.
 */
@NullMarked
package org.tribuo.distill.generation;

import org.jspecify.annotations.NullMarked;
