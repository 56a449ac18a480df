import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs an ONNX file with nothing on the class path but ONNX Runtime as it is published. */
public final class RunOnnx {
  private RunOnnx() {}

  /**
   * Prints a line for each text: the values of its output, separated by spaces.
   *
   * @param arguments the file, the name of an output, and the token ids of each text, separated by
   *     commas; of a pair also the segments, behind a semicolon
   */
  public static void main(String[] arguments) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(arguments[0])) {
      for (String text : List.of(arguments).subList(2, arguments.length)) {
        String[] parts = text.split(";");
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

  private static long[] numbers(String list) {
    return Arrays.stream(list.split(",")).mapToLong(Long::parseLong).toArray();
  }
}
