package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.create.NewSoundEncoder;
import org.tribuo.distill.transformer.internal.create.UntrainedModel;

/**
 * An untrained Transformer with a head, for sounds of as many log-mel frames [mels, frames]: two
 * convolutions as in Whisper, a learned vector for each position, layers with the normalisation
 * before each block, and the mean over all positions. It learns all it knows from the teacher and
 * from the labels.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.ScratchSoundStudent">
 *   <property name="mels" value="40"/>
 *   <property name="frames" value="100"/>
 *   <property name="layers" value="2"/>
 *   <property name="width" value="64"/>
 *   <property name="heads" value="4"/>
 * </component>
 * }</pre>
 *
 * <p>Immutable and safe for many threads.
 */
public final class ScratchSoundStudent extends ScratchEncoder<ScratchSoundStudent> {
  @Config(mandatory = true, description = "The bins of frequency of a frame.")
  private int mels;

  @Config(mandatory = true, description = "The frames of a sound, an even number.")
  private int frames;

  /** For OLCUT. */
  private ScratchSoundStudent() {}

  /**
   * For sounds of as many frames.
   *
   * @param mels the bins of frequency of a frame
   * @param frames of a sound, an even number
   * @param layers the number of layers
   * @param width the size of a hidden state, a multiple of the heads
   * @param heads the heads of the attention
   * @throws PropertyException if a number is below 1, the frames are odd, or the heads do not
   *     divide the width
   */
  public static ScratchSoundStudent of(int mels, int frames, int layers, int width, int heads) {
    ScratchSoundStudent student = new ScratchSoundStudent();
    student.mels = mels;
    student.frames = frames;
    return student.sized(layers, width, heads);
  }

  @Override
  ScratchSoundStudent sameInputs() {
    ScratchSoundStudent other = new ScratchSoundStudent();
    other.mels = mels;
    other.frames = frames;
    return other;
  }

  @Override
  void checkInputs(PropertyChecks properties) {
    properties.checkAtLeast("mels", 1, mels);
    properties.checkAtLeast("frames", 1, frames);
  }

  @Override
  UntrainedModel encoder(int layers, int width, int heads, int inner) {
    return new NewSoundEncoder(mels, frames, layers, width, heads, inner);
  }

  @Override
  String misfit() {
    return frames % 2 == 0 ? "width" : "frames";
  }

  @Override
  Pooling pooling() {
    return Pooling.MEAN;
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if logits for each token are wanted
   */
  @Override
  public Student make(StudentRequest request) {
    if (request.head().perToken()) {
      throw properties()
          .refused(
              "frames",
              "are one row of logits together, and %s is wanted".formatted(request.head()));
    }
    return super.make(request);
  }

  @Override
  public String toString() {
    return "ScratchSoundStudent(%s)".formatted(encoder());
  }
}
