package org.tribuo.distill.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.ONNXExportable;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.provenance.ModelProvenance;

/** What an exported student says of itself in the metadata of its ONNX file. */
public final class OnnxMetadata {
  /** The names of the logits' columns, in order, as a JSON array of strings. */
  public static final String LABEL_ORDER = "TRIBUO_LABEL_ORDER";

  private static final ObjectMapper JSON = new ObjectMapper();

  private OnnxMetadata() {}

  /**
   * A model that says where it comes from, in Tribuo's own field, and what its logits stand for.
   *
   * @param labelOrder the names of the logits' columns, in order
   */
  public static OnnxModel describe(
      OnnxModel model, ModelProvenance provenance, List<String> labelOrder) {
    return model.withMetadata(
        Map.of(
            ONNXExportable.PROVENANCE_METADATA_FIELD,
            ONNXExportable.SERIALIZER.marshalAndSerialize(provenance),
            LABEL_ORDER,
            json(labelOrder)));
  }

  /**
   * The label order of an exported student.
   *
   * @throws GraphException if the metadata has one that cannot be read
   */
  public static Optional<List<String>> labelOrder(OnnxModel model) {
    return model.named(
        () -> Optional.ofNullable(model.metadata().get(LABEL_ORDER)).map(OnnxMetadata::parse));
  }

  private static List<String> parse(String json) {
    try {
      JsonNode names = JSON.readTree(json);
      if (names.isArray() && isAllText(names)) {
        return JSON.convertValue(names, new TypeReference<List<String>>() {});
      }
    } catch (JsonProcessingException e) {
      throw noNames(json, e);
    }
    throw noNames(json, null);
  }

  private static boolean isAllText(JsonNode names) {
    for (JsonNode name : names) {
      if (!name.isTextual()) {
        return false;
      }
    }
    return true;
  }

  private static GraphException noNames(String json, @Nullable Throwable cause) {
    GraphException refused =
        new GraphException(
            "The metadata '%s' is '%s', expected a JSON array of strings"
                .formatted(LABEL_ORDER, json));
    refused.initCause(cause);
    return refused;
  }

  private static String json(List<String> names) {
    try {
      return JSON.writeValueAsString(names);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Strings can always be written as JSON", e);
    }
  }
}
