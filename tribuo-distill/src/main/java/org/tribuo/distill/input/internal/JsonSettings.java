package org.tribuo.distill.input.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * The {@code preprocessor_config.json} that Hugging Face's library puts beside a model. A value of
 * the wrong kind is refused with the name of its key.
 *
 * @param json an object
 */
public record JsonSettings(JsonNode json) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * Reads a file.
   *
   * @param parse makes settings of its text
   * @throws IllegalArgumentException if there is no such file, or as {@code parse}; the message
   *     names the file
   * @throws IOException if it cannot be read
   */
  public static <S> S read(Path file, Function<String, S> parse) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "There is no file %s, expected a preprocessor_config.json".formatted(file));
    }
    try {
      return parse.apply(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Parses a text.
   *
   * @param example for messages, such as {@code {"size": ...}}
   * @throws IllegalArgumentException if it is no JSON object
   */
  public static JsonSettings parse(String text, String example) {
    try {
      JsonNode json = MAPPER.readTree(text);
      if (json.isObject()) {
        return new JsonSettings(json);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
    }
    throw new IllegalArgumentException("it is no JSON object, expected " + example);
  }

  /** The value of a key, a missing node where there is none. */
  public JsonNode get(String key) {
    return json.path(key);
  }

  /** Whether there is a value that is not null. */
  public boolean states(String key) {
    return json.hasNonNull(key);
  }

  /**
   * Checks that settings are absent, null or false.
   *
   * @param advice what to do otherwise
   * @throws IllegalArgumentException if one is not
   */
  public void checkOff(List<String> keys, String advice) {
    for (String key : keys) {
      if (states(key) && !json.get(key).equals(JsonNodeFactory.instance.booleanNode(false))) {
        throw refused(key, "nothing, as that is not known here; " + advice);
      }
    }
  }

  /**
   * A yes or no.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public boolean flag(String key, boolean otherwise) {
    if (!states(key)) {
      return otherwise;
    }
    if (!json.get(key).isBoolean()) {
      throw refused(key, "true or false");
    }
    return json.get(key).booleanValue();
  }

  /**
   * A number.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public double number(String key, double otherwise) {
    if (!states(key)) {
      return otherwise;
    }
    if (!json.get(key).isNumber()) {
      throw refused(key, "a number");
    }
    return json.get(key).doubleValue();
  }

  /**
   * A whole number of 1 or more.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public int count(String key, int otherwise) {
    if (!states(key)) {
      return otherwise;
    }
    if (!json.get(key).isInt() || json.get(key).intValue() < 1) {
      throw refused(key, "a whole number of 1 or more");
    }
    return json.get(key).intValue();
  }

  /** For a value that is not as expected. */
  public IllegalArgumentException refused(String key, String expected) {
    return new IllegalArgumentException(
        "\"%s\" is %s, expected %s".formatted(key, json.path(key), expected));
  }
}
