package org.tribuo.distill;

import java.util.Objects;
import org.tribuo.provenance.ModelProvenance;

/** What the provenance of a model has of its training. */
public final class RunValue {
  private RunValue() {}

  /** A value as text, without its name. */
  public static String of(ModelProvenance provenance, String name) {
    return Objects.requireNonNull(provenance.getInstanceProvenance().getMap().get(name), name)
        .toString()
        .replaceAll(".*-?value=|\\)$", "");
  }
}
