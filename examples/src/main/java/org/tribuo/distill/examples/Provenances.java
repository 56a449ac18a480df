package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil.HashType;
import com.oracle.labs.mlrg.olcut.provenance.io.FlatMarshalledProvenance;
import com.oracle.labs.mlrg.olcut.provenance.io.ObjectMarshalledProvenance;
import com.oracle.labs.mlrg.olcut.provenance.io.SimpleMarshalledProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.FileProvenance;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tribuo.provenance.DataSourceProvenance;

/**
 * Digests of where things come from. What a file holds counts, by its SHA-256; where it lies and
 * when it was written or read does not.
 */
final class Provenances {
  private static final Set<String> TIMES =
      Set.of(
          DataSourceProvenance.FILE_MODIFIED_TIME, DataSourceProvenance.DATASOURCE_CREATION_TIME);

  /**
   * Properties of a trainer that say where something is kept: nothing it learns depends on them.
   */
  private static final Set<String> PLACES = Set.of("softTargetStore", "lastGoodStudent");

  private Provenances() {}

  /**
   * The SHA-256 of where things come from: two were made of the same content in the same way if and
   * only if these agree.
   */
  static String digest(ObjectProvenance... provenances) {
    return ProvenanceUtil.hashList(
        HashType.SHA256, Arrays.stream(provenances).map(Provenances::content).toList());
  }

  private static String content(ObjectProvenance provenance) {
    return ProvenanceUtil.marshalProvenance(provenance).stream()
        .map(ObjectMarshalledProvenance::getMap)
        .map(
            values -> {
              Map<String, FlatMarshalledProvenance> content = new TreeMap<>(values);
              content.keySet().removeAll(TIMES);
              content.keySet().removeAll(PLACES);
              content.values().removeIf(Provenances::isFile);
              return content;
            })
        .toList()
        .toString();
  }

  private static boolean isFile(FlatMarshalledProvenance value) {
    return value instanceof SimpleMarshalledProvenance simple
        && simple.getProvenanceClassName().equals(FileProvenance.class.getName());
  }
}
