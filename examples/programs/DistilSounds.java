import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.sound.SoundDataSource;
import org.tribuo.distill.input.sound.SoundPreprocessing;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.ScratchSoundStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/**
 * Recognises spoken digits, whatever the voice: trains a Transformer of log-mel frames as teacher
 * on the sounds that have a label, distils it into one of a third of its size on those and on many
 * without a label, and trains the same small one on the labels alone. Prints the accuracy of all
 * three on voices that none has heard, beside that of the nearest neighbour among the labelled
 * sounds. The WAV files are unpacked first. Arguments: a number is the seed; {@code --quick} trains
 * for a few epochs, which shows that all runs, not how good it is.
 */
public class DistilSounds {
  private static final Path DATA = Path.of("examples/data/spoken-digits/sounds.zip");
  private static final Path RESULTS = Path.of("target/spoken-digits");

  private static final int MELS = 40;

  /** 0.8 seconds, 100 frames each: the longest digits are not much longer. */
  private static final int FRAMES = 80;

  private static final SoundPreprocessing PREPROCESSING =
      SoundPreprocessing.whisper(FRAMES / 100.0).mels(MELS);

  private static boolean quick;
  private static long seed;

  public static void main(String[] args) throws Exception {
    for (String arg : args) {
      if (arg.equals("--quick")) {
        quick = true;
      } else {
        seed = Long.parseLong(arg);
      }
    }
    unpack();
    Dataset<Label> test = sounds("test");
    Dataset<Label> labelled = sounds("labelled");
    print("nearest neighbour", nearestNeighbour(labelled, test), "");
    MutableDataset<Label> all = sounds("labelled");
    all.addAll(sounds("unlabelled").getData());

    Path teacher = RESULTS.resolve("teacher.onnx");
    train("teacher", settings(1).student(encoder(4, 80)).build(), labelled, test, teacher);

    ScratchSoundStudent small = encoder(2, 64);
    DistillationTrainer<Label> distillation =
        settings(4)
            .student(small)
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().alpha(0.9f).temperature(2))
            .build();
    train("student", distillation, all, test, RESULTS.resolve("student.onnx"));

    DistillationTrainer<Label> control = settings(1).student(small).build();
    train("control", control, labelled, test, RESULTS.resolve("control.onnx"));
  }

  private static ScratchSoundStudent encoder(int layers, int width) {
    return ScratchSoundStudent.of(MELS, FRAMES, layers, width, 4);
  }

  /**
   * The labelled sounds are a few: they are seen more often, so that all take about as many steps.
   *
   * @param times as many sounds as are labelled
   */
  private static DistillationTrainer.Builder<Label> settings(int times) {
    return DistillationTrainer.<Label>builder()
        .epochs(quick ? 1 : 80 / times)
        .batching(new Batching().batchSize(16))
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .device(Device.cpu(1))
        .seed(seed);
  }

  private static void train(
      String name,
      DistillationTrainer<Label> trainer,
      Dataset<Label> sounds,
      Dataset<Label> test,
      Path file)
      throws Exception {
    try (DistilledModel<Label> model = trainer.train(sounds)) {
      double accuracy = new LabelEvaluator().evaluate(model, test).accuracy();
      print(name, accuracy, ", %,d kB".formatted(model.bytesOfWeights() / 1000));
      model.exportOnnx(file);
    }
  }

  private static void print(String name, double accuracy, String size) {
    System.out.printf(Locale.ROOT, "%s: accuracy %.1f %%%s%n", name, 100 * accuracy, size);
  }

  private static MutableDataset<Label> sounds(String part) {
    return new MutableDataset<>(
        SoundDataSource.of(RESULTS.resolve(part), new LabelFactory())
            .preprocessing(PREPROCESSING)
            .read());
  }

  private static void unpack() throws IOException {
    try (ZipInputStream packed = new ZipInputStream(Files.newInputStream(DATA))) {
      for (ZipEntry entry = packed.getNextEntry(); entry != null; entry = packed.getNextEntry()) {
        Path file = RESULTS.resolve(entry.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, packed.readAllBytes());
      }
    }
  }

  /** Distances are those of the frames that a model reads. */
  private static double nearestNeighbour(Dataset<Label> known, Dataset<Label> test) {
    int right = 0;
    for (Example<Label> sound : test) {
      Example<Label> nearest = known.getExample(0);
      double least = Double.MAX_VALUE;
      for (Example<Label> other : known) {
        double distance = distance(sound, other);
        if (distance < least) {
          least = distance;
          nearest = other;
        }
      }
      if (nearest.getOutput().equals(sound.getOutput())) {
        right++;
      }
    }
    return (double) right / test.size();
  }

  private static double distance(Example<Label> one, Example<Label> other) {
    double sum = 0;
    Iterator<Feature> features = other.iterator();
    for (Feature feature : one) {
      sum += Math.pow(feature.getValue() - features.next().getValue(), 2);
    }
    return sum;
  }
}
