package org.tribuo.distill.mutation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Damages the structure of a JSON text: values of other types and sizes, moved, nested, gone. */
final class JsonDamage {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String[] VALUES = {
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "4294967296",
    "4294967295",
    "99999999999999999999",
    "0.5",
    "\"\"",
    "\"x\"",
    "\"(a+)+\"",
    "\"[UNK]\"",
    "\"A\"",
    "\"B\"",
    "[]",
    "{}",
    "[[]]",
    "{\"a\":1}",
    "\"\\ud800\"",
    "\"Right\"",
    "\"OnlyFirst\"",
    "\"Sequence\"",
    "\"Precompiled\"",
    "\"ByteLevel\""
  };

  private JsonDamage() {}

  static byte[] damaged(byte[] json, SplittableRandom random) throws IOException {
    ObjectNode copy = (ObjectNode) JSON.readTree(json);
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      once(copy, random);
    }
    return JSON.writeValueAsBytes(copy);
  }

  private static void once(ObjectNode root, SplittableRandom random) throws IOException {
    List<JsonNode> containers = new ArrayList<>();
    collect(root, containers);
    JsonNode holder = containers.get(random.nextInt(containers.size()));
    JsonNode other = containers.get(random.nextInt(containers.size()));
    if (holder.isEmpty()) {
      return;
    }
    int at = random.nextInt(holder.size());
    JsonNode value =
        random.nextInt(5) == 0
            ? nested(other, random)
            : JSON.readTree(VALUES[random.nextInt(VALUES.length)]);
    if (holder instanceof ArrayNode array) {
      switch (random.nextInt(3)) {
        case 0 -> array.remove(at);
        case 1 -> array.insert(at, array.get(random.nextInt(array.size())));
        default -> array.set(at, value);
      }
    } else if (holder instanceof ObjectNode object) {
      List<String> keys = new ArrayList<>();
      object.fieldNames().forEachRemaining(keys::add);
      String key = keys.get(at);
      switch (random.nextInt(4)) {
        case 0 -> object.remove(key);
        case 1 -> object.set(TextNode.valueOf(key + "x").asText(), object.remove(key));
        default -> object.set(key, value);
      }
    }
  }

  /** A copy of what is somewhere else, mostly as it is. */
  private static JsonNode nested(JsonNode other, SplittableRandom random) {
    JsonNode copy = other.deepCopy();
    int depth = random.nextInt(4) == 0 ? random.nextInt(200) : 0;
    for (int i = 0; i < depth; i++) {
      ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
      sequence.set("decoders", JSON.createArrayNode().add(copy));
      copy = sequence;
    }
    return copy;
  }

  private static void collect(JsonNode node, List<JsonNode> containers) {
    if (node.isContainerNode()) {
      containers.add(node);
      node.forEach(child -> collect(child, containers));
    }
  }
}
