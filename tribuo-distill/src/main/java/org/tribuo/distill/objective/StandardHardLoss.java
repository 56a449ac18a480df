package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.List;
import org.tribuo.distill.loss.BinaryCrossEntropy;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SquaredError;

/**
 * A hard loss without settings. Which one is usual depends on the outputs, and needs no
 * configuration: see {@link Kind}.
 */
public final class StandardHardLoss implements HardLossSource {
  /** The losses. */
  public enum Kind {
    /** {@link CrossEntropy}, usual for Label. */
    CROSS_ENTROPY(new CrossEntropy()),
    /** {@link BinaryCrossEntropy}, usual for MultiLabel. */
    BINARY_CROSS_ENTROPY(new BinaryCrossEntropy()),
    /** {@link SquaredError}, usual for Regressor. */
    SQUARED_ERROR(new SquaredError());

    private final HardLoss loss;

    Kind(HardLoss loss) {
      this.loss = loss;
    }
  }

  @Config(mandatory = true, description = "Which loss.")
  private Kind kind;

  /** For OLCUT. */
  private StandardHardLoss() {}

  /** A loss. */
  public static StandardHardLoss of(Kind kind) {
    StandardHardLoss source = new StandardHardLoss();
    source.kind = kind;
    return source;
  }

  @Override
  public HardLoss loss(List<String> labelOrder) {
    return kind.loss;
  }

  @Override
  public String toString() {
    return kind.toString();
  }
}
