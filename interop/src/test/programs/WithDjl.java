import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.translator.TextEmbeddingTranslator;
import ai.djl.repository.zoo.Criteria;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Embeds texts with DJL, where {@code -DtokenTypes} states whether the model takes them. */
public final class WithDjl {
  private WithDjl() {}

  /**
   * Prints a line for each text: the numbers of its vector, separated by spaces.
   *
   * @param arguments an ONNX file, its tokenizer.json, MEAN or CLS, and texts
   */
  public static void main(String[] arguments) throws Exception {
    try (var tokenizer = HuggingFaceTokenizer.newInstance(Path.of(arguments[1]))) {
      var translator =
          TextEmbeddingTranslator.builder(
                  tokenizer,
                  Map.of(
                      "pooling", arguments[2].toLowerCase(Locale.ROOT),
                      "normalize", "true",
                      "includeTokenTypes", System.getProperty("tokenTypes")))
              .build();
      var criteria =
          Criteria.builder()
              .setTypes(String.class, float[].class)
              .optModelPath(Path.of(arguments[0]))
              .optEngine("OnnxRuntime")
              .optTranslator(translator)
              .build();
      try (var model = criteria.loadModel();
          var predictor = model.newPredictor()) {
        for (String text : List.of(arguments).subList(3, arguments.length)) {
          StringBuilder line = new StringBuilder();
          for (float number : predictor.predict(text)) {
            line.append(number).append(' ');
          }
          System.out.println(line);
        }
      }
    }
  }
}
