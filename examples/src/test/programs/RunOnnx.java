import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs an ONNX file with nothing on the class path but ONNX Runtime as it is published. */
public final class RunOnnx {
  private RunOnnx() {}

  /**
   * Prints a line for each row: the values of an output, separated by spaces.
   *
   * @param arguments the file, the name of an output, and rows such as {@code
   *     input_ids=2,7,3;attention_mask=1,1,1}; inputs that the model does not have are left out
   */
  public static void main(String[] arguments) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(arguments[0])) {
      for (String row : List.of(arguments).subList(2, arguments.length)) {
        try (OrtSession.Result outputs = session.run(inputs(environment, session, row))) {
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

  private static Map<String, OnnxTensor> inputs(
      OrtEnvironment environment, OrtSession session, String row) throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (String input : row.split(";")) {
      String name = input.substring(0, input.indexOf('='));
      if (session.getInputNames().contains(name)) {
        TensorInfo type = (TensorInfo) session.getInputInfo().get(name).getInfo();
        String[] numbers = input.substring(name.length() + 1).split(",");
        inputs.put(name, tensor(environment, type, numbers));
      }
    }
    return inputs;
  }

  private static OnnxTensor tensor(OrtEnvironment environment, TensorInfo type, String[] numbers)
      throws OrtException {
    double[] values = Arrays.stream(numbers).mapToDouble(Double::parseDouble).toArray();
    long[] shape = shape(type.getShape(), values.length);
    if (type.type == OnnxJavaType.INT64) {
      long[] whole = Arrays.stream(values).mapToLong(value -> (long) value).toArray();
      return OnnxTensor.createTensor(environment, LongBuffer.wrap(whole), shape);
    }
    FloatBuffer floats = FloatBuffer.allocate(values.length);
    for (double value : values) {
      floats.put((float) value);
    }
    return OnnxTensor.createTensor(environment, floats.flip(), shape);
  }

  /** One row; an axis of any size has what the others leave. */
  private static long[] shape(long[] declared, int numbers) {
    long[] shape = declared.clone();
    shape[0] = 1;
    long others = Arrays.stream(shape).filter(size -> size > 0).reduce(1, (a, b) -> a * b);
    return Arrays.stream(shape).map(size -> size > 0 ? size : numbers / others).toArray();
  }
}
