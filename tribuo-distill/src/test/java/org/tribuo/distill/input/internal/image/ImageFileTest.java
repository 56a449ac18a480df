package org.tribuo.distill.input.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.input.image.ChannelOrder;
import org.tribuo.distill.input.image.Interpolation;
import org.tribuo.distill.input.image.TinyImages;

class ImageFileTest {
  private static final int[] GREYS = {0, 17, 127, 128, 200, 255};

  @TempDir private Path folder;

  /** Java's own way from grey to colours would make 187 of 127. */
  @Test
  void greyStaysWhatItIs() throws IOException {
    Path file = TinyImages.write(folder.resolve("grey.png"), grey(BufferedImage.TYPE_BYTE_GRAY, 1));

    assertThat(samples(file, ChannelOrder.GREY)).containsExactly(GREYS);
    assertThat(samples(file, ChannelOrder.RGB))
        .containsExactly(
            Arrays.stream(GREYS).flatMap(g -> Arrays.stream(new int[] {g, g, g})).toArray());
  }

  @Test
  void theHigherBitsOfSixteenCount() throws IOException {
    Path file =
        TinyImages.write(folder.resolve("deep.png"), grey(BufferedImage.TYPE_USHORT_GRAY, 256));

    assertThat(samples(file, ChannelOrder.GREY)).containsExactly(GREYS);
  }

  private static BufferedImage grey(int type, int factor) {
    BufferedImage image = new BufferedImage(GREYS.length, 1, type);
    for (int x = 0; x < GREYS.length; x++) {
      image.getRaster().setSample(x, 0, 0, GREYS[x] * factor);
    }
    return image;
  }

  @Test
  void aPaletteIsLookedUp() throws IOException {
    byte[] red = {10, 60};
    byte[] green = {20, 70};
    byte[] blue = {30, 80};
    IndexColorModel palette = new IndexColorModel(8, 2, red, green, blue);
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
    image.getRaster().setSample(1, 0, 0, 1);

    assertThat(samples(TinyImages.write(folder.resolve("p.png"), image), ChannelOrder.RGB))
        .containsExactly(10, 20, 30, 60, 70, 80);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_INT_ARGB,
      })
  void transparencyIsLeftOut(int type) throws IOException {
    BufferedImage image = new BufferedImage(1, 1, type);
    image.setRGB(0, 0, 0x00_64_32_0a);

    assertThat(samples(TinyImages.write(folder.resolve("a.png"), image), ChannelOrder.RGB))
        .containsExactly(100, 50, 10);
    assertThat(samples(Bitmap.of(image, ChannelOrder.BGR))).containsExactly(10, 50, 100);
  }

  /** As {@code Image.new("CMYK", (1, 1), (10, 100, 200, 60)).convert("RGB")} in Pillow. */
  @Test
  void printingColoursAreTakenAwayFromWhite() {
    int[][] pixels = {{10, 100, 200, 60}, {255, 0, 128, 254}, {0, 0, 0, 0}};
    ComponentColorModel model =
        new ComponentColorModel(
            new PrintingColours(), false, false, Transparency.OPAQUE, DataBuffer.TYPE_BYTE);
    WritableRaster raster = model.createCompatibleWritableRaster(pixels.length, 1);
    for (int x = 0; x < pixels.length; x++) {
      raster.setPixel(x, 0, pixels[x]);
    }
    BufferedImage image = new BufferedImage(model, raster, false, null);

    assertThat(samples(Bitmap.of(image, ChannelOrder.RGB)))
        .containsExactly(187, 119, 42, 0, 1, 0, 255, 255, 255);
    assertThat(samples(Bitmap.of(image, ChannelOrder.GREY))).containsExactly(131, 1, 255);
  }

  /** Colours as files have them that are to be printed. */
  private static final class PrintingColours extends ColorSpace {
    private static final long serialVersionUID = 1L;

    PrintingColours() {
      super(TYPE_CMYK, 4);
    }

    @Override
    public float[] toRGB(float[] colours) {
      throw new UnsupportedOperationException("samples are taken as they are stored");
    }

    @Override
    public float[] fromRGB(float[] colours) {
      return toRGB(colours);
    }

    @Override
    public float[] toCIEXYZ(float[] colours) {
      return toRGB(colours);
    }

    @Override
    public float[] fromCIEXYZ(float[] colours) {
      return toRGB(colours);
    }
  }

  /** As {@code Image.new("RGB", (1, 1), (100, 50, 10)).convert("L")} in Pillow: 60. */
  @Test
  void luminanceIsThatOfPillow() {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x64320a);

    assertThat(samples(Bitmap.of(image, ChannelOrder.GREY))).containsExactly(60);
  }

  @Test
  void aJpegIsReadWithinALevelOrTwo() throws IOException {
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 256; i++) {
      image.setRGB(i % 16, i / 16, 0x646464);
    }
    Path file = TinyImages.write(folder.resolve("flat.jpg"), image);

    for (int sample : samples(file, ChannelOrder.RGB)) {
      assertThat(sample).isCloseTo(100, within(2));
    }
  }

  @Test
  void anEmptyFileIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("empty.png"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageFile.read(file))
        .withMessage("The file %s is empty, expected an image", file);
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("absent.png");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageFile.read(file))
        .withMessage("There is no file %s, expected an image", file);
  }

  @Test
  void aTextIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("text.png"), "I am no image");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageFile.read(file).size())
        .withMessage(
            "The file %s cannot be read as an image: its content is none of the formats that Java"
                + " reads, [bmp, gif, jpeg, jpg, png, tif, tiff, wbmp]",
            file);
  }

  @Test
  void anImageOfMeasurementsIsNamed() throws IOException {
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_FLOAT);
    WritableRaster raster = model.createCompatibleWritableRaster(2, 1);
    Path file =
        TinyImages.write(
            folder.resolve("heights.tif"), new BufferedImage(model, raster, false, null));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageFile.read(file).image())
        .withMessage(
            "The file %s cannot be read as an image: its samples have 32 bits, expected 16 or"
                + " fewer: what is black and white among them is not known",
            file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpg", "gif", "bmp"})
  void anImageThatWasCutOffIsNamed(String format) throws IOException {
    Path file = folder.resolve("whole." + format);
    TinyImages.write(file, TinyImages.image("red", 40, new SplittableRandom(1)));
    byte[] whole = Files.readAllBytes(file);
    Path part =
        Files.write(folder.resolve("part." + format), Arrays.copyOf(whole, whole.length * 7 / 10));

    assertThat(ImageFile.read(file).image().getWidth()).isEqualTo(40);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageFile.read(part).image())
        .withMessageStartingWith("The file %s cannot be read as an image: ".formatted(part));
  }

  /** A file of some bytes that would take gigabytes. */
  @Test
  void aHugeImageIsNamed() throws IOException {
    Path file = TinyImages.write(folder.resolve("huge.png"), grey(BufferedImage.TYPE_BYTE_GRAY, 1));
    byte[] content = Files.readAllBytes(file);
    ByteBuffer.wrap(content).putInt(16, 50_000).putInt(20, 40_000);
    CRC32 checksum = new CRC32();
    checksum.update(content, 12, 17);
    ByteBuffer.wrap(content).putInt(29, (int) checksum.getValue());
    Files.write(file, content);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageFile.read(file).image())
        .withMessage(
            "The file %s cannot be read as an image: it has 40000 x 50000 pixels (height x width),"
                + " expected 178,956,970 or fewer in all",
            file);
  }

  @ParameterizedTest
  @EnumSource(Interpolation.class)
  void oneColourStaysWhenScaled(Interpolation interpolation) {
    BufferedImage image = new BufferedImage(9, 5, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 45; i++) {
      image.setRGB(i % 9, i / 9, 0xff7f01);
    }
    PixelSettings settings =
        new PixelSettings(
            Optional.of(new PixelSettings.Scaling.To(new Size(3, 14))),
            interpolation,
            Optional.empty(),
            1,
            List.of(),
            List.of(),
            ChannelOrder.RGB);

    float[] pixels = settings.pixels(image, PixelView.WHOLE);
    assertThat(Arrays.copyOfRange(pixels, 0, 42)).containsOnly(255f);
    assertThat(Arrays.copyOfRange(pixels, 42, 84)).containsOnly(127f);
    assertThat(Arrays.copyOfRange(pixels, 84, 126)).containsOnly(1f);
  }

  @Test
  void aViewMovesAndMirrors() {
    Bitmap image = new Bitmap(1, new Size(2, 3), new byte[] {1, 2, 3, 4, 5, 6});

    assertThat(samples(new PixelView(0, 0, true).of(image))).containsExactly(3, 2, 1, 6, 5, 4);
    assertThat(samples(new PixelView(1, 0, false).of(image))).containsExactly(0, 0, 0, 1, 2, 3);
    assertThat(samples(new PixelView(0, -1, false).of(image))).containsExactly(2, 3, 0, 5, 6, 0);
    assertThat(samples(new PixelView(0, 1, true).of(image))).containsExactly(2, 1, 0, 5, 4, 0);
    assertThat(PixelView.parse(new PixelView(-2, 1, true).toString()))
        .isEqualTo(new PixelView(-2, 1, true));
  }

  private static int[] samples(Path file, ChannelOrder order) throws IOException {
    return samples(Bitmap.of(ImageFile.read(file).image(), order));
  }

  private static int[] samples(Bitmap bitmap) {
    int[] samples = new int[bitmap.size().height() * bitmap.size().width() * bitmap.channels()];
    int to = 0;
    for (int y = 0; y < bitmap.size().height(); y++) {
      for (int x = 0; x < bitmap.size().width(); x++) {
        for (int channel = 0; channel < bitmap.channels(); channel++) {
          samples[to++] = bitmap.sample(y, x, channel);
        }
      }
    }
    return samples;
  }
}
