import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs an ONNX file with nothing on the class path but ONNX Runtime as it is published. */
public final class RunOnnx {
  private RunOnnx() {}

  /**
   * Prints a line for each text, image or sound: the values of its output, separated by spaces.
   *
   * @param arguments the file, the name of an output, and the token ids of each text, or the
   *     numbers of each image or sound, separated by commas; of a pair of texts also the segments,
   *     behind a semicolon
   */
  public static void main(String[] arguments) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(arguments[0])) {
      boolean texts = session.getInputNames().contains("input_ids");
      for (String numbers : List.of(arguments).subList(2, arguments.length)) {
        String[] parts = numbers.split(";");
        Map<String, OnnxTensor> inputs =
            texts ? text(environment, session, parts) : floats(environment, session, numbers);
        try (OrtSession.Result outputs = session.run(inputs)) {
          FloatBuffer values =
              ((OnnxTensor) outputs.get(arguments[1]).orElseThrow()).getFloatBuffer();
          StringBuilder line = new StringBuilder();
          while (values.hasRemaining()) {
            line.append(values.get()).append(' ');
          }
          System.out.println(line);
        }
      }
    }
  }

  private static Map<String, OnnxTensor> text(
      OrtEnvironment environment, OrtSession session, String[] parts) throws OrtException {
    long[] ids = numbers(parts[0]);
    long[] segments = parts.length > 1 ? numbers(parts[1]) : new long[ids.length];
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (String name : session.getInputNames()) {
      long[] values =
          name.equals("input_ids") ? ids : name.equals("attention_mask") ? ones : segments;
      inputs.put(name, OnnxTensor.createTensor(environment, new long[][] {values}));
    }
    return inputs;
  }

  private static long[] numbers(String list) {
    return Arrays.stream(list.split(",")).mapToLong(Long::parseLong).toArray();
  }

  /** The only input. */
  private static Map<String, OnnxTensor> floats(
      OrtEnvironment environment, OrtSession session, String list) throws OrtException {
    String[] numbers = list.split(",");
    String name = session.getInputNames().iterator().next();
    long[] shape = ((TensorInfo) session.getInputInfo().get(name).getInfo()).getShape();
    shape[0] = 1;
    FloatBuffer values = FloatBuffer.allocate(numbers.length);
    for (String number : numbers) {
      values.put(Float.parseFloat(number));
    }
    return Map.of(name, OnnxTensor.createTensor(environment, values.flip(), shape));
  }
}
