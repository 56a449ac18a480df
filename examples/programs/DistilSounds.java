import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/**
 * Recognises spoken digits, whatever the voice: trains a Transformer of log-mel frames as teacher
 * on the sounds that have a label, distils it into one of a third of its size on those and on many
 * without a label, and trains the same small one on the labels alone. Prints the accuracy of all
 * three on voices that none has heard, beside that of the nearest neighbour among the labelled
 * sounds. The WAV files are unpacked first. Arguments: a number is the seed; {@code --quick} trains
 * for a few epochs, which shows that everything works, not how good it is.
 */
public class DistilSounds {
  private static final Path DATA = Path.of("examples/data/spoken-digits/sounds.zip");
  private static final Path RESULTS = Path.of("target/spoken-digits");

  private static final int MELS = 40;

  /** 0.8 seconds, 50 frames each: few digits are longer. */
  private static final int FRAMES = 40;

  private static final SoundPreprocessing PREPROCESSING =
      SoundPreprocessing.whisper(FRAMES / 50.0).mels(MELS).windows(400, 320);

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
    Dataset<Label> all = sounds("train.csv");

    Path teacher = RESULTS.resolve("teacher.onnx");
    train("teacher", settings(120).student(encoder(2, 88)).build(), labelled, test, teacher);

    ScratchSoundStudent small = encoder(2, 48);
    DistillationTrainer<Label> distillation =
        settings(50)
            .student(small)
            .teacher(OnnxTeacher.of(teacher))
            .objective(new DistillationObjective().alpha(0.9f).temperature(2))
            .build();
    train("student", distillation, all, test, RESULTS.resolve("student.onnx"));

    DistillationTrainer<Label> control = settings(120).student(small).build();
    train("control", control, labelled, test, RESULTS.resolve("control.onnx"));
  }

  private static ScratchSoundStudent encoder(int layers, int width) {
    return ScratchSoundStudent.of(MELS, FRAMES, layers, width, 4);
  }

  /** One thread: models as small as these are no quicker on several. */
  private static DistillationTrainer.Builder<Label> settings(int epochs) {
    return DistillationTrainer.<Label>builder()
        .epochs(quick ? 1 : epochs)
        .batching(new Batching().batchSize(16))
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .trainingGraph(new TrainingGraphOptions().dropout(0.1f))
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

  private static Dataset<Label> sounds(String name) {
    return new MutableDataset<>(
        SoundDataSource.of(RESULTS.resolve(name), new LabelFactory())
            .preprocessing(PREPROCESSING)
            .read());
  }

  /** Writes the files, and an index of those for training, labelled or not. */
  private static void unpack() throws IOException {
    List<String> train = new ArrayList<>(List.of("path,label"));
    try (ZipInputStream packed = new ZipInputStream(Files.newInputStream(DATA))) {
      for (ZipEntry entry = packed.getNextEntry(); entry != null; entry = packed.getNextEntry()) {
        String name = entry.getName();
        Path file = RESULTS.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, packed.readAllBytes());
        if (name.startsWith("labelled/")) {
          train.add(name + "," + file.getParent().getFileName());
        } else if (name.startsWith("unlabelled/")) {
          train.add(name + ",");
        }
      }
    }
    Files.write(RESULTS.resolve("train.csv"), train);
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
