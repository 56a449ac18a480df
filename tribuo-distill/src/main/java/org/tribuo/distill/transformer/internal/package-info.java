/** Finds a Transformer's parts by their structure, cuts its layers, and writes heads. */
@NullMarked
package org.tribuo.distill.transformer.internal;

import org.jspecify.annotations.NullMarked;
