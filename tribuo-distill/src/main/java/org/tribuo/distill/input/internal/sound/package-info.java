/** Sounds as waveforms or frames, and the tensors that a model of sounds reads. */
@NullMarked
package org.tribuo.distill.input.internal.sound;

import org.jspecify.annotations.NullMarked;
