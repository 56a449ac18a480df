package org.tribuo.distill.input.internal.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.input.image.ChannelOrder;
import org.tribuo.distill.input.image.Interpolation;
import org.tribuo.distill.input.internal.JsonSettings;

/**
 * Settings in the form of the {@code preprocessor_config.json} that Hugging Face's library puts
 * beside a model of images. What it leaves out is as in most processors: it resizes if a size is
 * stated, crops if a size of the crop is, and normalises if a mean is; samples become 0 to 1.
 */
public final class PreprocessorConfig {
  private static final String RESIZE = "do_resize";
  private static final String SIZE = "size";
  private static final String RESAMPLE = "resample";
  private static final String CROP = "do_center_crop";
  private static final String CROP_SIZE = "crop_size";
  private static final String RESCALE = "do_rescale";
  private static final String FACTOR = "rescale_factor";
  private static final String NORMALIZE = "do_normalize";
  private static final String MEAN = "image_mean";
  private static final String DEVIATION = "image_std";
  private static final String FLIP_CHANNELS = "do_flip_channel_order";
  private static final String GREY = "do_grayscale";

  private static final String HEIGHT = "height";
  private static final String WIDTH = "width";
  private static final String SHORTEST_EDGE = "shortest_edge";

  /** What some processors do with pixels beside that. */
  private static final List<String> UNKNOWN =
      List.of(
          "do_pad",
          "do_color_quantize",
          "do_thumbnail",
          "do_align_long_axis",
          "rescale_offset",
          "crop_pct",
          "size_divisor",
          "do_image_splitting");

  /** Pillow's numbers of what is known here. */
  private static final Map<Integer, Interpolation> INTERPOLATIONS =
      Map.of(0, Interpolation.NEAREST, 2, Interpolation.BILINEAR, 3, Interpolation.BICUBIC);

  /** Processors for which one number as size is that of both edges. */
  private static final List<String> SQUARE = List.of("ViT", "DeiT", "Beit");

  private final JsonSettings json;

  private PreprocessorConfig(JsonSettings json) {
    this.json = json;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is no such file, or states what is not known here; the
   *     message names file and key
   * @throws IOException if it cannot be read
   */
  public static PixelSettings read(Path file) throws IOException {
    return JsonSettings.read(file, PreprocessorConfig::parse);
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException as {@link #read}, without the file
   */
  static PixelSettings parse(String text) {
    return new PreprocessorConfig(JsonSettings.parse(text, "{\"size\": ...}")).settings();
  }

  private PixelSettings settings() {
    json.checkOff(UNKNOWN, "prepare such images beforehand");
    ChannelOrder channels = channels();
    boolean normalize = json.flag(NORMALIZE, json.states(MEAN));
    return new PixelSettings(
        json.flag(RESIZE, json.states(SIZE)) ? Optional.of(scaling()) : Optional.empty(),
        interpolation(),
        json.flag(CROP, json.states(CROP_SIZE)) ? Optional.of(crop()) : Optional.empty(),
        json.flag(RESCALE, true) ? json.number(FACTOR, PixelSettings.TO_ONE) : 1,
        normalize ? numbers(MEAN, channels) : List.of(),
        normalize ? numbers(DEVIATION, channels) : List.of(),
        channels);
  }

  private ChannelOrder channels() {
    if (json.flag(GREY, false)) {
      return ChannelOrder.GREY;
    }
    return json.flag(FLIP_CHANNELS, false) ? ChannelOrder.BGR : ChannelOrder.RGB;
  }

  private PixelSettings.Scaling scaling() {
    JsonNode size = json.get(SIZE);
    if (size.isInt()) {
      String processor =
          json.get("image_processor_type").asText(json.get("feature_extractor_type").asText());
      if (SQUARE.stream().anyMatch(processor::startsWith)) {
        return new PixelSettings.Scaling.To(new Size(size.intValue(), size.intValue()));
      }
      if (processor.startsWith("CLIP")) {
        return new PixelSettings.Scaling.ShortestEdge(size.intValue());
      }
    } else if (size.size() == 2 && size.path(HEIGHT).isInt() && size.path(WIDTH).isInt()) {
      return new PixelSettings.Scaling.To(square(SIZE, size));
    } else if (size.size() == 1 && size.path(SHORTEST_EDGE).isInt()) {
      return new PixelSettings.Scaling.ShortestEdge(size.get(SHORTEST_EDGE).intValue());
    }
    throw json.refused(SIZE, "{\"height\": 224, \"width\": 224} or {\"shortest_edge\": 224}");
  }

  private Size crop() {
    JsonNode size = json.get(CROP_SIZE);
    if (size.isInt()) {
      return new Size(size.intValue(), size.intValue());
    }
    if (size.path(HEIGHT).isInt() && size.path(WIDTH).isInt()) {
      return square(CROP_SIZE, size);
    }
    throw json.refused(CROP_SIZE, "{\"height\": 224, \"width\": 224}");
  }

  private Size square(String key, JsonNode size) {
    try {
      return new Size(size.get(HEIGHT).intValue(), size.get(WIDTH).intValue());
    } catch (IllegalArgumentException e) {
      throw json.refused(key, "numbers of 1 or more");
    }
  }

  private Interpolation interpolation() {
    JsonNode resample = json.get(RESAMPLE);
    if (resample.isMissingNode() || resample.isNull()) {
      return Interpolation.BILINEAR;
    }
    Interpolation known = resample.isInt() ? INTERPOLATIONS.get(resample.intValue()) : null;
    if (known == null) {
      throw json.refused(RESAMPLE, "0 for nearest, 2 for bilinear or 3 for bicubic");
    }
    return known;
  }

  /** One number is that of each channel. */
  private List<Double> numbers(String key, ChannelOrder channels) {
    JsonNode numbers = json.get(key);
    if (numbers.isNumber()) {
      return Collections.nCopies(channels.channels(), numbers.doubleValue());
    }
    List<Double> list = new ArrayList<>();
    for (JsonNode number : numbers) {
      if (!number.isNumber()) {
        throw json.refused(key, "numbers");
      }
      list.add(number.doubleValue());
    }
    if (list.size() != channels.channels()) {
      throw json.refused(
          key,
          "%d numbers, one for each channel of %s; %s states that an image has one"
              .formatted(channels.channels(), channels, GREY));
    }
    return list;
  }

  /** Settings as {@link #parse} reads them; equal settings are the same text. */
  public static String text(PixelSettings settings) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put(RESIZE, settings.scaling().isPresent());
    settings.scaling().ifPresent(scaling -> json.set(SIZE, size(scaling)));
    INTERPOLATIONS.forEach(
        (number, interpolation) -> {
          if (interpolation == settings.interpolation()) {
            json.put(RESAMPLE, number);
          }
        });
    json.put(CROP, settings.crop().isPresent());
    settings.crop().ifPresent(crop -> json.set(CROP_SIZE, size(crop)));
    json.put(RESCALE, true);
    json.put(FACTOR, settings.factor());
    json.put(NORMALIZE, !settings.mean().isEmpty());
    json.set(MEAN, array(settings.mean()));
    json.set(DEVIATION, array(settings.deviation()));
    json.put(FLIP_CHANNELS, settings.channels() == ChannelOrder.BGR);
    json.put(GREY, settings.channels() == ChannelOrder.GREY);
    return json.toString();
  }

  private static ObjectNode size(PixelSettings.Scaling scaling) {
    if (scaling instanceof PixelSettings.Scaling.ShortestEdge edge) {
      return JsonNodeFactory.instance.objectNode().put(SHORTEST_EDGE, edge.pixels());
    }
    return size(((PixelSettings.Scaling.To) scaling).size());
  }

  private static ObjectNode size(Size size) {
    return JsonNodeFactory.instance
        .objectNode()
        .put(HEIGHT, size.height())
        .put(WIDTH, size.width());
  }

  private static ArrayNode array(List<Double> numbers) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    numbers.forEach(array::add);
    return array;
  }
}
