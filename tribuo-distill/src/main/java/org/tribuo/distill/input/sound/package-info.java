/**
 * Sounds in Tribuo examples: data sources of folders and index files, and how waveforms and frames
 * are prepared for a model.
 */
@NullMarked
package org.tribuo.distill.input.sound;

import org.jspecify.annotations.NullMarked;
