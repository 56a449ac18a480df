package org.tribuo.distill.internal.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tribuo.ONNXExportable;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.provenance.ModelProvenance;

/** What an exported student states about itself in the metadata of its ONNX file. */
public final class OnnxMetadata {
  /** The names of the logits' columns, in order, as a JSON array of strings. */
  public static final String LABEL_ORDER = "TRIBUO_LABEL_ORDER";

  /** The maximum number of tokens of a text, as in training: a whole number. */
  public static final String MAX_LENGTH = "TRIBUO_MAX_LENGTH";

  /** The token that fills up short rows of a batch: a whole number. */
  public static final String PAD_ID = "TRIBUO_PAD_ID";

  /** The output that holds the logits: its name. */
  public static final String LOGITS = "TRIBUO_LOGITS";

  private static final ObjectMapper JSON = new ObjectMapper();

  private OnnxMetadata() {}

  /**
   * A model that states where it comes from, in Tribuo's own field, and what must be known to
   * predict with it.
   *
   * @param logits the output that holds the logits
   * @param labelOrder the names of the logits' columns, in order
   * @param maxLength the maximum number of tokens of a text
   * @param padId the token that fills up short rows
   */
  public static OnnxModel describe(
      OnnxModel model,
      ModelProvenance provenance,
      String logits,
      List<String> labelOrder,
      int maxLength,
      int padId) {
    return withLogits(
        describePart(model, provenance, maxLength, padId), logits, labelOrder, maxLength);
  }

  /** As above, of a part of a model that outputs no logits. */
  public static OnnxModel describePart(
      OnnxModel model, ModelProvenance provenance, int maxLength, int padId) {
    return model.withMetadata(
        Map.of(
            ONNXExportable.PROVENANCE_METADATA_FIELD,
            ONNXExportable.SERIALIZER.marshalAndSerialize(provenance),
            MAX_LENGTH,
            Integer.toString(maxLength),
            PAD_ID,
            Integer.toString(padId)));
  }

  /**
   * A model that has another output, or reads another length, than its metadata states, with
   * everything else that is there.
   */
  public static OnnxModel withLogits(
      OnnxModel model, String logits, List<String> labelOrder, int maxLength) {
    return model.withMetadata(
        Map.of(
            LOGITS,
            logits,
            LABEL_ORDER,
            json(labelOrder),
            MAX_LENGTH,
            Integer.toString(maxLength)));
  }

  /**
   * A model that reads other tokens than its metadata states, with everything else that is there.
   */
  public static OnnxModel withPadId(OnnxModel model, int padId) {
    return model.withMetadata(Map.of(PAD_ID, Integer.toString(padId)));
  }

  /** A model that reads another length than its metadata states, with everything else there. */
  public static OnnxModel withMaxLength(OnnxModel model, int maxLength) {
    return model.withMetadata(Map.of(MAX_LENGTH, Integer.toString(maxLength)));
  }

  /** A model whose logits have other columns than its metadata states, in the same way. */
  public static OnnxModel withLabelOrder(OnnxModel model, List<String> labelOrder) {
    return model.withMetadata(Map.of(LABEL_ORDER, json(labelOrder)));
  }

  /**
   * The maximum number of tokens of a text that an exported student reads; empty for files that do
   * not say it.
   *
   * @throws GraphException if the metadata has one that is not a number from 1
   */
  public static OptionalInt maxLength(OnnxModel model) {
    return number(model, MAX_LENGTH, 1);
  }

  /**
   * The token that fills up short rows of an exported student; empty as above.
   *
   * @throws GraphException if the metadata has one that is not a number from 0
   */
  public static OptionalInt padId(OnnxModel model) {
    return number(model, PAD_ID, 0);
  }

  /** The output that holds the logits of an exported student; empty as above. */
  public static Optional<String> logits(OnnxModel model) {
    return Optional.ofNullable(model.metadata().get(LOGITS));
  }

  private static OptionalInt number(OnnxModel model, String key, int least) {
    String text = model.metadata().get(key);
    if (text == null) {
      return OptionalInt.empty();
    }
    if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < least) {
      throw new GraphException(
          "The metadata '%s' is '%s', expected a whole number of %d or more"
              .formatted(key, text, least));
    }
    return OptionalInt.of(Integer.parseInt(text));
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
