package org.tribuo.distill.task.internal;

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
 * Which names outputs have.
 *
 * @param factory the name of the class of what makes them
 * @param names how many there are
 * @param sha256 of all names
 */
public record NamesProvenance(String factory, int names, String sha256)
    implements OutputFactoryProvenance {
  private static final long serialVersionUID = 1L;

  private static final String NAMES = "names";
  private static final String HASH = "names-sha256";

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public NamesProvenance(Map<String, Provenance> map) {
    this(text(map, CLASS_NAME), number(map), text(map, HASH));
  }

  private static String text(Map<String, Provenance> map, String key) {
    return checkAndExtractProvenance(
            map, key, StringProvenance.class, NamesProvenance.class.getName())
        .getValue();
  }

  private static int number(Map<String, Provenance> map) {
    return checkAndExtractProvenance(
            map, NAMES, IntProvenance.class, NamesProvenance.class.getName())
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
            new Pair<>(NAMES, new IntProvenance(NAMES, names)),
            new Pair<>(HASH, new StringProvenance(HASH, sha256)));
    return all.iterator();
  }

  @Override
  public String toString() {
    return generateString("OutputFactory");
  }
}
