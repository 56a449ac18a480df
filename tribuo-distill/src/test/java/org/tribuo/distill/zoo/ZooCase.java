package org.tribuo.distill.zoo;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/** One folder of the zoo: a model, a batch, a loss and what PyTorch made of them. */
final class ZooCase {
  private final Path folder;
  private final JsonNode json;

  private ZooCase(Path folder, JsonNode json) {
    this.folder = folder;
    this.json = json;
  }

  /** All cases below a folder, sorted by name. */
  static List<ZooCase> in(Path zoo) {
    try (Stream<Path> folders = Files.list(zoo)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("case.json")))
          .sorted()
          .map(ZooCase::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ZooCase read(Path folder) {
    try {
      return new ZooCase(folder, new ObjectMapper().readTree(folder.resolve("case.json").toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return folder.getFileName().toString();
  }

  OnnxModel model() throws IOException {
    return OnnxModel.read(folder.resolve("model.onnx"));
  }

  Map<String, Tensor> inputs() {
    return tensors("inputs");
  }

  Map<String, Tensor> targets() {
    return tensors("targets");
  }

  List<String> studentOutputs() {
    return strings(json.get("student_outputs"));
  }

  Map<String, Tensor> expectedOutputs() {
    return tensors("expected_outputs");
  }

  JsonNode loss() {
    return json.get("loss");
  }

  double lossValue() {
    return json.get("loss_value").asDouble();
  }

  List<String> trainable() {
    return strings(json.get("trainable"));
  }

  /** The golden gradient of each trainable initializer. */
  Map<String, Tensor> gradients() {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    json.get("gradient_files")
        .fields()
        .forEachRemaining(e -> gradients.put(e.getKey(), tensor(e.getValue().asText())));
    return gradients;
  }

  /** Initializers of which each group holds one parameter. */
  List<List<String>> tiedGroups() {
    List<List<String>> groups = new ArrayList<>();
    json.get("tied_groups").forEach(group -> groups.add(strings(group.get("initializers"))));
    return groups;
  }

  /** The losses before each step. */
  double[] trajectory() {
    return StreamSupport.stream(json.get("trajectory").get("losses").spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  float learningRate() {
    return (float) json.get("trajectory").get("lr").asDouble();
  }

  AdamW optimizer() {
    JsonNode settings = json.get("trajectory");
    return new AdamW(
        (float) settings.get("betas").get(0).asDouble(),
        (float) settings.get("betas").get(1).asDouble(),
        (float) settings.get("eps").asDouble(),
        (float) settings.get("weight_decay").asDouble());
  }

  /**
   * How far an entry of a gradient may be from the golden one.
   *
   * @param relative to the largest golden entry of the initializer
   * @param absolute on top of that
   */
  record GradientTolerance(double relative, double absolute) {
    private static final Pattern STATED =
        Pattern.compile(
            "per initializer: max\\|g - golden\\| <= (\\S+) \\* max\\|golden\\| \\+ (\\S+)");

    static GradientTolerance of(String stated) {
      Matcher matcher = STATED.matcher(stated);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "tolerances.gradient is '%s', expected '%s'".formatted(stated, STATED));
      }
      return new GradientTolerance(
          Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2)));
    }
  }

  GradientTolerance gradientTolerance() {
    return GradientTolerance.of(json.get("tolerances").get("gradient").asText());
  }

  double trajectoryTolerance() {
    return json.get("tolerances").get("trajectory_loss_rel").asDouble();
  }

  double outputTolerance() {
    return json.get("tolerances").get("output_abs").asDouble();
  }

  double lossTolerance() {
    return json.get("tolerances").get("loss_rel").asDouble();
  }

  private Map<String, Tensor> tensors(String list) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (JsonNode entry : json.get(list)) {
      tensors.put(entry.get("name").asText(), tensor(entry.get("file").asText()));
    }
    return tensors;
  }

  private Tensor tensor(String file) {
    try {
      return Tensor.of(TensorProto.parseFrom(Files.readAllBytes(folder.resolve(file))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  @Override
  public String toString() {
    return name();
  }
}
