package org.tribuo.distill.recommendation.internal;

import static com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance.checkAndExtractProvenance;

import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.IntProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.tribuo.provenance.OutputFactoryProvenance;

/**
 * Which items outputs are of.
 *
 * @param factory the name of the class of what makes them
 * @param items how many there are
 * @param sha256 of all names
 */
public record ItemsProvenance(String factory, int items, String sha256)
    implements OutputFactoryProvenance {
  private static final long serialVersionUID = 1L;

  private static final String ITEMS = "items";
  private static final String HASH = "items-sha256";

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public ItemsProvenance(Map<String, Provenance> map) {
    this(text(map, CLASS_NAME), number(map), text(map, HASH));
  }

  private static String text(Map<String, Provenance> map, String key) {
    return checkAndExtractProvenance(
            map, key, StringProvenance.class, ItemsProvenance.class.getName())
        .getValue();
  }

  private static int number(Map<String, Provenance> map) {
    return checkAndExtractProvenance(
            map, ITEMS, IntProvenance.class, ItemsProvenance.class.getName())
        .getValue();
  }

  @Override
  public String getClassName() {
    return factory;
  }

  @Override
  public Iterator<Pair<String, Provenance>> iterator() {
    List<Pair<String, Provenance>> all =
        List.of(
            new Pair<>(CLASS_NAME, new StringProvenance(CLASS_NAME, factory)),
            new Pair<>(ITEMS, new IntProvenance(ITEMS, items)),
            new Pair<>(HASH, new StringProvenance(HASH, sha256)));
    return all.iterator();
  }

  @Override
  public String toString() {
    return generateString("OutputFactory");
  }
}
