/** What a person sees of trained models: how good they are, how large, how quick. */
@NullMarked
package org.tribuo.distill.report;

import org.jspecify.annotations.NullMarked;
