/**
 * Distillation as a Tribuo trainer, and its result as a Tribuo model. What they do is done in the
 * packages below this one; here is what Tribuo and OLCUT ask for: configuration, provenance,
 * protobufs.
 */
@NullMarked
package org.tribuo.distill;

import org.jspecify.annotations.NullMarked;
