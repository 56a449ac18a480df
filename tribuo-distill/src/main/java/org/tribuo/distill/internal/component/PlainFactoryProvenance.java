package org.tribuo.distill.internal.component;

import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.util.Map;
import org.tribuo.OutputFactory;
import org.tribuo.provenance.OutputFactoryProvenance;

/**
 * Where outputs come from whose factory has no settings.
 *
 * @param factory the name of its class
 */
public record PlainFactoryProvenance(String factory) implements OutputFactoryProvenance {
  private static final long serialVersionUID = 1L;

  /** Of a factory. */
  public PlainFactoryProvenance(OutputFactory<?> factory) {
    this(factory.getClass().getName());
  }

  /**
   * For unmarshalling.
   *
   * @param map the name of the class
   */
  public PlainFactoryProvenance(Map<String, Provenance> map) {
    this(
        ObjectProvenance.checkAndExtractProvenance(
                map, CLASS_NAME, StringProvenance.class, PlainFactoryProvenance.class.getName())
            .getValue());
  }

  @Override
  public String getClassName() {
    return factory;
  }

  @Override
  public String toString() {
    return generateString("OutputFactory");
  }
}
