package org.tribuo.distill.input.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.file.internal.Sha256;

/**
 * Pixels are those of Pillow and of Hugging Face's processors that use it, which {@code
 * src/dev/python/image_goldens.py} has written.
 */
class PixelGoldensTest {
  static Stream<Golden> goldens() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            PixelGoldensTest.class.getResourceAsStream(
                "/org/tribuo/distill/input/image/goldens.json"))) {
      List<Golden> goldens = new ArrayList<>();
      new ObjectMapper().readTree(file).get("cases").forEach(json -> goldens.add(new Golden(json)));
      return goldens.stream();
    }
  }

  private record Golden(JsonNode json) {
    BufferedImage image() {
      int height = json.get("height").asInt();
      int width = json.get("width").asInt();
      BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
      byte[] samples = new byte[3 * height * width];
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int rgb = 0;
          for (int c = 0; c < 3; c++) {
            int sample = sample(y, x, c);
            samples[3 * (y * width + x) + c] = (byte) sample;
            rgb = rgb << 8 | sample;
          }
          image.setRGB(x, y, rgb);
        }
      }
      assertThat(Sha256.ofBytes(samples))
          .as("the formula of the script")
          .isEqualTo(json.get("sha256").asText());
      return image;
    }

    private static int sample(int y, int x, int c) {
      int noise = (x * 7919 + y * 104729 + c * 1299709 + x * y * 31) % 97;
      int edges = (x / 5 + y / 3) % 2 == 0 ? 120 : 0;
      return (noise + edges + 13 * c + x) % 256;
    }

    @Override
    public String toString() {
      return json.get("name").asText();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void pixelsAreThoseOfPillow(Golden golden) {
    PixelSettings settings =
        PreprocessorConfig.parse(golden.json().get("preprocessor_config").toString());
    BufferedImage image = golden.image();

    PixelShape shape = settings.shape(new Size(image.getHeight(), image.getWidth()));
    float[] pixels = settings.pixels(image, PixelView.WHOLE);

    List<Integer> dims = new ArrayList<>();
    golden.json().get("shape").forEach(dim -> dims.add(dim.asInt()));
    assertThat(List.of(shape.channels(), shape.height(), shape.width())).isEqualTo(dims);
    JsonNode expected = golden.json().get("pixels");
    assertThat(pixels).hasSize(expected.size()).hasSize(shape.elements());
    for (int i = 0; i < pixels.length; i++) {
      assertThat(pixels[i])
          .as("%s, value %d", golden, i)
          .isCloseTo((float) expected.get(i).asDouble(), within(1e-6f));
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void settingsSurviveAsText(Golden golden) {
    PixelSettings settings =
        PreprocessorConfig.parse(golden.json().get("preprocessor_config").toString());

    assertThat(PreprocessorConfig.parse(PreprocessorConfig.text(settings))).isEqualTo(settings);
  }
}
