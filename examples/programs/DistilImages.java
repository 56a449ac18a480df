import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.image.ChannelOrder;
import org.tribuo.distill.input.image.ImageAugmentation;
import org.tribuo.distill.input.image.ImageDataSource;
import org.tribuo.distill.input.image.ImagePreprocessing;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.ScratchVisionStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;

/**
 * Recognises handwritten digits of 8 by 8 pixels: trains a vision Transformer as teacher on the
 * images that have a label, distils it into one of a tenth of its size on all images, and trains
 * the same small one on the labels alone. Prints the test accuracy of all three, beside that of the
 * nearest neighbour among the labelled images. The images are unpacked to PNG files first. The
 * first half of the data is for training, the second for testing, in the order of the file.
 * Arguments: a number with {@code labels=} is how many images of each digit keep their label, all
 * by default; a number alone is the seed; {@code --quick} trains for a few epochs, which shows that
 * everything works, not how good it is.
 */
public class DistilImages {
  private static final Path DATA = Path.of("examples/data/digits/digits.csv.gz");
  private static final Path RESULTS = Path.of("target/digits");

  private static final int EDGE = 8;

  private static final ImagePreprocessing PREPROCESSING =
      new ImagePreprocessing()
          .channels(ChannelOrder.GREY)
          .normalization(new double[] {0.5}, new double[] {0.5});

  private static int labels = Integer.MAX_VALUE;
  private static boolean quick;
  private static long seed;

  public static void main(String[] args) throws Exception {
    for (String arg : args) {
      if (arg.equals("--quick")) {
        quick = true;
      } else if (arg.startsWith("labels=")) {
        labels = Integer.parseInt(arg.substring("labels=".length()));
      } else {
        seed = Long.parseLong(arg);
      }
    }
    unpack();
    Dataset<Label> test = images("test", null);
    print("nearest neighbour", nearestNeighbour(images("labelled.csv", null), test), "");

    var copies = ImageAugmentation.crops(8, 1).seed(seed);
    Dataset<Label> labelled = images("labelled.csv", copies);
    Dataset<Label> all = images("train.csv", copies);

    Path teacher = RESULTS.resolve("teacher.onnx");
    train("teacher", settings().student(vit(4, 64)).build(), labelled, test, teacher);

    var small = vit(2, 28);
    var distillation =
        settings()
            .student(small)
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().alpha(0.9f).temperature(6))
            .build();
    train("student", distillation, all, test, RESULTS.resolve("student.onnx"));

    var control = settings().student(small).build();
    train("control", control, labelled, test, RESULTS.resolve("control.onnx"));
  }

  /** Four patches of 4 by 4 pixels each. */
  private static ScratchVisionStudent vit(int layers, int width) {
    return ScratchVisionStudent.of(EDGE, EDGE / 2, layers, width, 4)
        .withImages(1, EDGE, EDGE)
        .withPooling(Pooling.MEAN);
  }

  /** One thread: models as small as these are no quicker on several. */
  private static DistillationTrainer.Builder<Label> settings() {
    return DistillationTrainer.<Label>builder()
        .epochs(quick ? 2 : 20)
        .batching(new Batching().batchSize(64))
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1))
        .seed(seed);
  }

  private static void train(
      String name,
      DistillationTrainer<Label> trainer,
      Dataset<Label> images,
      Dataset<Label> test,
      Path file)
      throws Exception {
    try (DistilledModel<Label> model = trainer.train(images)) {
      double accuracy = new LabelEvaluator().evaluate(model, test).accuracy();
      print(name, accuracy, ", %,d kB".formatted(model.bytesOfWeights() / 1000));
      model.exportOnnx(file);
    }
  }

  private static void print(String name, double accuracy, String size) {
    System.out.printf(Locale.ROOT, "%s: accuracy %.1f %%%s%n", name, 100 * accuracy, size);
  }

  /** The pixels are ordinary features of Tribuo, the altered copies further examples. */
  private static Dataset<Label> images(String name, ImageAugmentation copies) {
    var source =
        ImageDataSource.of(RESULTS.resolve(name), new LabelFactory()).preprocessing(PREPROCESSING);
    if (copies != null) {
      source.augmentation(copies);
    }
    return new MutableDataset<>(source.read());
  }

  private static double nearestNeighbour(Dataset<Label> known, Dataset<Label> test) {
    int right = 0;
    for (Example<Label> example : test) {
      double[] pixels = pixels(example);
      Example<Label> nearest = null;
      double least = Double.MAX_VALUE;
      for (Example<Label> other : known) {
        double distance = 0;
        double[] ofOther = pixels(other);
        for (int i = 0; i < pixels.length; i++) {
          distance += (pixels[i] - ofOther[i]) * (pixels[i] - ofOther[i]);
        }
        if (distance < least) {
          least = distance;
          nearest = other;
        }
      }
      right += nearest.getOutput().getLabel().equals(example.getOutput().getLabel()) ? 1 : 0;
    }
    return (double) right / test.size();
  }

  private static double[] pixels(Example<Label> example) {
    double[] pixels = new double[example.size()];
    int i = 0;
    for (var feature : example) {
      pixels[i++] = feature.getValue();
    }
    return pixels;
  }

  /** A folder of test images for each digit, and index files of the images for training. */
  private static void unpack() throws Exception {
    List<String> rows;
    try (var unzipped = new GZIPInputStream(Files.newInputStream(DATA))) {
      rows = new String(unzipped.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
    List<String> train = new ArrayList<>(List.of("path,label"));
    List<String> labelled = new ArrayList<>(train);
    int[] seen = new int[10];
    for (int row = 0; row < rows.size(); row++) {
      int[] cells = Arrays.stream(rows.get(row).split(",")).mapToInt(Integer::parseInt).toArray();
      int digit = cells[EDGE * EDGE];
      boolean test = row >= rows.size() / 2;
      String name = "%s/%d/%d.png".formatted(test ? "test" : "train", digit, row);
      Path file = RESULTS.resolve(name);
      Files.createDirectories(file.getParent());
      ImageIO.write(image(cells), "png", file.toFile());
      if (!test) {
        boolean keepsLabel = seen[digit]++ < labels;
        train.add(name + "," + (keepsLabel ? digit : ""));
        if (keepsLabel) {
          labelled.add(name + "," + digit);
        }
      }
    }
    Files.write(RESULTS.resolve("train.csv"), train);
    Files.write(RESULTS.resolve("labelled.csv"), labelled);
  }

  /** Cells are from 0 to 16. */
  private static BufferedImage image(int[] cells) {
    BufferedImage image = new BufferedImage(EDGE, EDGE, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < EDGE * EDGE; i++) {
      image.getRaster().setSample(i % EDGE, i / EDGE, 0, Math.round(cells[i] * 255 / 16f));
    }
    return image;
  }
}
