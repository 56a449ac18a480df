import ai.onnxruntime.OrtEnvironment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.input.text.TextTokenizer;

/** Predicts with a student in a program that uses ONNX Runtime itself, as it is published. */
public final class Serve {
  private Serve() {}

  /**
   * Prints a line for each text: its label and the probability.
   *
   * @param arguments a model that was saved, its tokenizer.json, and texts
   */
  public static void main(String[] arguments) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment("serving");
    System.out.println(
        "ONNX Runtime %s, training API: %s"
            .formatted(environment.getVersion(), environment.isTrainingEnabled()));
    List<String> texts = Arrays.asList(arguments).subList(2, arguments.length);
    try (DistilledModel<?> student = DistilledModel.read(Path.of(arguments[0]));
        TextTokenizer tokenizer =
            TextTokenizer.open(Path.of(arguments[1]), student.maxLength())) {
      Model<Label> model = student.castModel(Label.class);
      for (String text : texts) {
        Example<Label> example =
            tokenizer.encode(text).toExample(LabelFactory.UNKNOWN_LABEL);
        Label label = model.predict(example).getOutput();
        System.out.printf(Locale.ROOT, "%s\t%.3f\t%s%n", label.getLabel(), label.getScore(), text);
      }
    }
  }
}
