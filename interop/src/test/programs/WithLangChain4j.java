import dev.langchain4j.model.embedding.onnx.OnnxEmbeddingModel;
import dev.langchain4j.model.embedding.onnx.PoolingMode;
import java.nio.file.Path;
import java.util.List;

/** Embeds texts with LangChain4j. */
public final class WithLangChain4j {
  private WithLangChain4j() {}

  /**
   * Prints a line for each text: the numbers of its vector, separated by spaces.
   *
   * @param arguments an ONNX file, its tokenizer.json, MEAN or CLS, and texts
   */
  public static void main(String[] arguments) {
    var model =
        new OnnxEmbeddingModel(
            Path.of(arguments[0]), Path.of(arguments[1]), PoolingMode.valueOf(arguments[2]));
    for (String text : List.of(arguments).subList(3, arguments.length)) {
      StringBuilder line = new StringBuilder();
      for (float number : model.embed(text).content().vector()) {
        line.append(number).append(' ');
      }
      System.out.println(line);
    }
    System.exit(0); // its threads would go on
  }
}
