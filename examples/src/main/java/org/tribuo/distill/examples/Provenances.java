package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import com.oracle.labs.mlrg.olcut.provenance.io.FlatMarshalledProvenance;
import com.oracle.labs.mlrg.olcut.provenance.io.ObjectMarshalledProvenance;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tribuo.distill.graph.Sha256;
import org.tribuo.provenance.DataSourceProvenance;

/** Compares where things come from. */
final class Provenances {
  /** When a file was written or read says nothing about what is in it: its SHA-256 does. */
  private static final Set<String> TIMES =
      Set.of(
          DataSourceProvenance.FILE_MODIFIED_TIME, DataSourceProvenance.DATASOURCE_CREATION_TIME);

  private Provenances() {}

  /** Whether two things were made of the same files, in the same way, whenever that was. */
  static boolean agree(ObjectProvenance one, ObjectProvenance other) {
    return withoutTimes(one).equals(withoutTimes(other));
  }

  /** The SHA-256 of where things come from: two are the same if and only if these agree. */
  static String digest(ObjectProvenance... provenances) {
    String all = Arrays.stream(provenances).map(Provenances::withoutTimes).toList().toString();
    return Sha256.ofBytes(all.getBytes(StandardCharsets.UTF_8));
  }

  private static List<Map<String, FlatMarshalledProvenance>> withoutTimes(
      ObjectProvenance provenance) {
    return ProvenanceUtil.marshalProvenance(provenance).stream()
        .map(ObjectMarshalledProvenance::getMap)
        .map(
            values -> {
              Map<String, FlatMarshalledProvenance> timeless = new TreeMap<>(values);
              timeless.keySet().removeAll(TIMES);
              return timeless;
            })
        .map(timeless -> (Map<String, FlatMarshalledProvenance>) timeless)
        .toList();
  }
}
