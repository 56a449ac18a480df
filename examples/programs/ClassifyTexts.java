import java.nio.file.Path;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.text.TextTokenizer;

/** Labels the texts that are its arguments with the student of Distil.java. */
public class ClassifyTexts {
  public static void main(String[] texts) throws Exception {
    Path results = Path.of("target/banking77");
    Model<Label> model =
        Model.deserializeFromFile(results.resolve("my-student.tribuo")).castModel(Label.class);
    try (TextTokenizer tokenizer = TextTokenizer.open(results.resolve("tokenizer.json"), 64)) {
      for (String text : texts) {
        Example<Label> example = tokenizer.encode(text).toExample(LabelFactory.UNKNOWN_LABEL);
        Label label = model.predict(example).getOutput();
        System.out.printf("%s, %.3f: %s%n", label.getLabel(), label.getScore(), text);
      }
    }
  }
}
