package org.tribuo.distill.input.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the native tokenizer library takes for granted of a {@code tokenizer.json}. Where it is not
 * so the library panics, which ends the JVM; so it is checked before.
 */
final class TokenizerChecks {
  /** How deep lists and objects may lie in each other; the library stops at 128. */
  static final int MAX_DEPTH = 32;

  /** How many times longer the replacements of a normalizer may make a text. */
  static final double MAX_GROWTH = 10_000;

  private TokenizerChecks() {}

  /**
   * @throws IllegalArgumentException if something is not as the library expects it; the message
   *     begins in the middle of a sentence
   */
  static void check(JsonNode json) {
    checkDepth(json, 0);
    checkIds(json);
    checkComponents(json.path("normalizer"));
    checkComponents(json.path("pre_tokenizer"));
    checkGrowth(json.path("normalizer"));
    checkTemplates(json.path("post_processor"));
    int templates = templates(json.path("post_processor"));
    TokenizerFault.require(
        templates <= 1,
        "its post_processor has %d templates one after the other, expected at most one",
        templates);
    checkMerges(json.path("model"));
    JsonNode dropout = json.path("model").path("dropout");
    TokenizerFault.require(
        dropout.asDouble() == 0,
        "its model leaves out merges at random (dropout %s), so that a text would have other tokens each time; set its dropout to null",
        dropout);
  }

  private static void checkDepth(JsonNode json, int depth) {
    TokenizerFault.require(
        depth <= MAX_DEPTH, "lists and objects lie in each other more than %d deep", MAX_DEPTH);
    for (JsonNode child : json) {
      if (child.isContainerNode()) {
        checkDepth(child, depth + 1);
      }
    }
  }

  private static void checkIds(JsonNode json) {
    JsonNode vocabulary = json.path("model").path("vocab");
    if (vocabulary.isObject()) {
      vocabulary
          .fields()
          .forEachRemaining(entry -> checkId("token", entry.getKey(), entry.getValue()));
    }
    for (JsonNode added : json.path("added_tokens")) {
      checkId("added token", added.path("content").asText(), added.path("id"));
    }
    for (JsonNode id : idsAddedBy(json.path("post_processor"))) {
      checkId("special token", id.asText(), id);
    }
  }

  /** The ids of the special tokens that a processor, or one of its parts, adds to texts. */
  static List<JsonNode> idsAddedBy(JsonNode processor) {
    List<JsonNode> ids = new ArrayList<>();
    for (String ofBert : List.of("cls", "sep")) {
      if (processor.has(ofBert)) {
        ids.add(processor.path(ofBert).path(1));
      }
    }
    for (JsonNode special : processor.path("special_tokens")) {
      special.path("ids").forEach(ids::add);
    }
    for (JsonNode part : processor.path("processors")) {
      ids.addAll(idsAddedBy(part));
    }
    return ids;
  }

  private static void checkId(String what, String token, JsonNode id) {
    TokenizerFault.require(
        id.isIntegralNumber()
            && id.canConvertToInt()
            && id.asInt() >= 0
            && id.asInt() < Integer.MAX_VALUE,
        "the id of %s '%s' is %s, expected a whole number from 0 to %d",
        what,
        token,
        id.isMissingNode() ? "missing" : id,
        Integer.MAX_VALUE - 1);
  }

  /** Checks the regular expressions and tables of characters in a component and in its parts. */
  private static void checkComponents(JsonNode component) {
    if (component.has("precompiled_charsmap")
        || component.path("type").asText().equals("Precompiled")) {
      CharacterMap.check(component.path("precompiled_charsmap"));
    }
    JsonNode regex = component.path("pattern").path("Regex");
    if (regex.isTextual()) {
      TokenizerFault.require(
          !Repetitions.areTooMany(regex.asText()),
          "the regular expression '%s' can match a text in too many ways, which can take for ever",
          regex.asText());
    }
    component.forEach(TokenizerChecks::checkComponents);
  }

  private static void checkGrowth(JsonNode normalizer) {
    double growth = growth(normalizer);
    TokenizerFault.require(
        growth <= MAX_GROWTH,
        "its normalizer can make a text %.0f times as long, expected at most %.0f",
        growth,
        MAX_GROWTH);
  }

  private static double growth(JsonNode component) {
    double growth = 1;
    if (component.path("content").isTextual() && component.has("pattern")) {
      int replaced = component.path("pattern").path("String").asText().length();
      growth = Math.max(1, component.path("content").asText().length() / Math.max(1.0, replaced));
    }
    for (JsonNode part : component) {
      growth *= growth(part);
    }
    return growth;
  }

  private static void checkTemplates(JsonNode processor) {
    if (isTemplate(processor)) {
      checkReferences(processor, "single", List.of("A"));
      checkReferences(processor, "pair", List.of("A", "B"));
      TokenizerFault.require(
          texts(processor.path("single")).contains("A"),
          "its template for a text has no text A, so that all texts would be the same");
    }
    processor.path("processors").forEach(TokenizerChecks::checkTemplates);
  }

  private static int templates(JsonNode processor) {
    int templates = isTemplate(processor) ? 1 : 0;
    for (JsonNode part : processor.path("processors")) {
      templates += templates(part);
    }
    return templates;
  }

  private static void checkReferences(JsonNode processor, String template, List<String> texts) {
    for (JsonNode piece : processor.path(template)) {
      for (JsonNode part : piece) {
        JsonNode segment = part.path("type_id");
        TokenizerFault.require(
            segment.canConvertToInt() && segment.asInt() >= 0,
            "the template '%s' has the type_id %s, expected a whole number of 0 or more",
            template,
            segment.isMissingNode() ? "missing" : segment);
      }
      JsonNode special = piece.path("SpecialToken").path("id");
      TokenizerFault.require(
          special.isMissingNode() || processor.path("special_tokens").has(special.asText()),
          "the template '%s' names the special token '%s', which is none of its special_tokens",
          template,
          special.asText());
    }
    List<String> found = texts(processor.path(template));
    TokenizerFault.require(
        texts.containsAll(found) && found.size() == found.stream().distinct().count(),
        "the template '%s' has the texts %s, expected %s",
        template,
        found,
        texts);
  }

  /** Whether every template for pairs, if there are any, has both texts. */
  static boolean pairsHaveTwoTexts(JsonNode processor) {
    if (isTemplate(processor)) {
      return texts(processor.path("pair")).containsAll(List.of("A", "B"));
    }
    for (JsonNode part : processor.path("processors")) {
      if (!pairsHaveTwoTexts(part)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isTemplate(JsonNode processor) {
    return processor.has("single") || processor.has("pair");
  }

  private static List<String> texts(JsonNode template) {
    List<String> texts = new ArrayList<>();
    for (JsonNode piece : template) {
      JsonNode text = piece.path("Sequence").path("id");
      if (!text.isMissingNode()) {
        texts.add(text.asText());
      }
    }
    return texts;
  }

  /** What is merged loses its prefix: the library cuts off as many bytes without looking. */
  private static void checkMerges(JsonNode model) {
    String prefix = model.path("continuing_subword_prefix").asText("");
    if (!model.has("merges")
        || prefix.isEmpty()
        || model.path("continuing_subword_prefix").isNull()) {
      return;
    }
    for (JsonNode merge : model.path("merges")) {
      String second =
          merge.isArray()
              ? merge.path(1).asText()
              : merge.asText().substring(merge.asText().indexOf(' ') + 1);
      TokenizerFault.require(
          second.getBytes(StandardCharsets.UTF_8).length >= prefix.length()
              && second.startsWith(prefix),
          "the merge %s has a second part without the prefix '%s'",
          merge,
          prefix);
    }
  }
}
