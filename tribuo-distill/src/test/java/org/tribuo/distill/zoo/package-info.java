/** The export zoo as a test: tiny Transformers of many exporters, with golden gradients. */
@NullMarked
package org.tribuo.distill.zoo;

import org.jspecify.annotations.NullMarked;
