package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.Engine;
import org.tribuo.distill.engine.internal.EngineContract;
import org.tribuo.distill.engine.internal.Engines;

/**
 * ONNX Runtime with the native library of its own jar, which cannot train: a JVM loads one library,
 * so the contract runs in another one.
 */
class OrtInferenceEngineTest {
  private static final String TRAINING_LIBRARY = "org/bytedeco/onnxruntime";
  private static final String PASSED = "passed";
  private static final List<Method> CONTRACT =
      Arrays.stream(EngineContract.class.getDeclaredMethods())
          .filter(method -> method.isAnnotationPresent(Test.class))
          .sorted(Comparator.comparing(Method::getName))
          .toList();

  @TestFactory
  Stream<DynamicTest> withTheOfficialLibraryAlone() throws Exception {
    return results(
        ChildJvm.start(ChildJvm.classPathWithout(TRAINING_LIBRARY), Alone.class.getName()),
        "is not on the class path. Add org.bytedeco:onnxruntime:");
  }

  @TestFactory
  Stream<DynamicTest> withTheOfficialLibraryLoadedEarlier() throws Exception {
    return results(
        ChildJvm.start(LoadedEarlier.class),
        "ONNX Runtime was already initialised in this JVM with its plain native library");
  }

  /** A test for each method of the contract, as it went in the child. */
  private static Stream<DynamicTest> results(ChildJvm child, String whyItCannotTrain)
      throws IOException, InterruptedException {
    List<String> lines = child.output().lines().toList();
    Stream<DynamicTest> contract =
        CONTRACT.stream()
            .map(
                method ->
                    DynamicTest.dynamicTest(
                        method.getName(),
                        () -> assertThat(lines).contains(method.getName() + ": " + PASSED)));
    return Stream.concat(
        contract,
        Stream.of(
            DynamicTest.dynamicTest(
                "saysWhyItCannotTrain",
                () ->
                    assertThat(lines)
                        .anySatisfy(
                            line ->
                                assertThat(line)
                                    .startsWith("training: ")
                                    .contains(whyItCannotTrain)))));
  }

  /** The jar with the training API is not on the class path. */
  static final class Alone extends Child {
    public static void main(String[] arguments) {
      runContract();
    }
  }

  /** The jar with the training API is on the class path, but comes too late. */
  static final class LoadedEarlier extends Child {
    public static void main(String[] arguments) {
      if (OrtEnvironment.getEnvironment().isTrainingEnabled()) {
        throw new IllegalStateException("this is not the library of the official jar");
      }
      runContract();
    }
  }

  /** Prints a line for each method of the contract. */
  abstract static class Child extends EngineContract {
    @Override
    protected Engine engine() {
      return Engines.inference();
    }

    static void runContract() {
      for (Method method : CONTRACT) {
        System.out.println(method.getName() + ": " + result(method));
      }
      try {
        System.out.println("training: " + Engines.training().version());
      } catch (RuntimeUnavailableException e) {
        System.out.println("training: " + e.getMessage());
      }
    }

    private static String result(Method method) {
      try {
        method.setAccessible(true);
        method.invoke(new Child() {});
        return PASSED;
      } catch (InvocationTargetException e) {
        return e.getCause() instanceof TestAbortedException ? PASSED : e.getCause().toString();
      } catch (IllegalAccessException e) {
        return e.toString();
      }
    }
  }
}
