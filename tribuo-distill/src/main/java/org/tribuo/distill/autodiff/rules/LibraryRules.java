package org.tribuo.distill.autodiff.rules;

import java.util.List;
import org.tribuo.distill.autodiff.RuleTable.Entry;

/** The gradients of the operators of {@link org.tribuo.distill.runtime.OperatorLibrary}. */
public final class LibraryRules {
  private LibraryRules() {}

  public static final List<Entry> ENTRIES = List.of(MatrixRules.SHORT_PRODUCT);
}
