package org.tribuo.distill.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime with its training API, loaded once in a JVM.
 *
 * <p>The native library that comes with ONNX Runtime's Java API cannot train. This class puts one
 * that can in its place before {@link OrtEnvironment} is touched for the first time, so nothing in
 * the program may use ONNX Runtime earlier. The library is taken from the class path and kept in
 * the user's cache folder, or below the folder that the system property {@code
 * tribuo.distill.native.dir} names. A program that brings its own build of ONNX Runtime names its
 * folder with ONNX Runtime's property {@code onnxruntime.native.path}, and nothing is extracted.
 *
 * <p>Thread-safe.
 */
public final class TrainingRuntime {
  /** ONNX Runtime's own property: the folder that holds all of its native libraries. */
  static final String LIBRARY_FOLDER_PROPERTY = "onnxruntime.native.path";

  /** ONNX Runtime's own property: the file of its core library. */
  private static final String LIBRARY_FILE_PROPERTY = "onnxruntime.native.onnxruntime.path";

  /** What is needed of any build. */
  static final String FITTING =
      "The folder must allow libraries to be loaded from it (no noexec mount), and the library must"
          + " fit "
          + Coordinates.javaApi()
          + ".";

  private static volatile @Nullable OrtEnvironment environment;
  private static volatile @Nullable Path library;

  private TrainingRuntime() {}

  /**
   * The environment, with the training API enabled. The first call loads the native library; later
   * ones return the same object. It lives as long as the JVM and need not be closed.
   *
   * @throws RuntimeUnavailableException if there is no library for this platform, it cannot be
   *     extracted or loaded, or ONNX Runtime was initialised earlier without training
   */
  public static OrtEnvironment environment() {
    OrtEnvironment loaded = environment;
    return loaded != null ? loaded : loadOnce();
  }

  /**
   * ONNX Runtime's version, such as {@code 1.28.0}.
   *
   * @throws RuntimeUnavailableException as {@link #environment()}
   */
  public static String version() {
    return environment().getVersion();
  }

  /**
   * The file of the native library that this JVM has loaded, for libraries that call it.
   *
   * @throws RuntimeUnavailableException as {@link #environment()}
   */
  public static Path library() {
    environment();
    return Objects.requireNonNull(library);
  }

  private static synchronized OrtEnvironment loadOnce() {
    OrtEnvironment loaded = environment;
    if (loaded == null) {
      loaded = load();
      environment = loaded;
    }
    return loaded;
  }

  private static OrtEnvironment load() {
    for (String property : new String[] {LIBRARY_FOLDER_PROPERTY, LIBRARY_FILE_PROPERTY}) {
      String ownBuild = System.getProperty(property);
      if (ownBuild != null) {
        Path named = Path.of(ownBuild);
        library = property.equals(LIBRARY_FOLDER_PROPERTY) ? coreIn(named) : named;
        return trainable(
            initialise(ownBuild, reason -> FITTING),
            "ONNX Runtime was loaded from "
                + ownBuild
                + " (system property "
                + property
                + "), which was built without the training API. Name a build with it, or leave"
                + " the property away to use the one on the class path.");
      }
    }
    Platform platform = Platform.current();
    Path folder =
        NativeFolder.provide(
            NativeLibraries.find(platform, TrainingRuntime.class.getClassLoader()),
            NativeFolder.root());
    library = coreIn(folder);
    System.setProperty(LIBRARY_FOLDER_PROPERTY, folder.toString());
    try {
      return trainable(
          initialise(folder.toString(), reason -> new LoadFailure(platform, reason).remedy()),
          "ONNX Runtime was already initialised in this JVM with its plain native library, which"
              + " has no training API, and a JVM cannot exchange it. Call"
              + " TrainingRuntime.environment() at the start of the program, before anything else"
              + " uses ONNX Runtime (OrtEnvironment, Tribuo's ONNXExternalModel, ...), or start"
              + " the JVM with -D"
              + LIBRARY_FOLDER_PROPERTY
              + "="
              + folder
              + ".");
    } finally {
      System.clearProperty(LIBRARY_FOLDER_PROPERTY);
    }
  }

  private static Path coreIn(Path folder) {
    return folder.resolve(Platform.current().fileName(NativeLibraries.CORE));
  }

  /**
   * Loads the library.
   *
   * @param remedy what to do about a reason for which it cannot be loaded
   */
  private static OrtEnvironment initialise(String origin, UnaryOperator<String> remedy) {
    try {
      OrtEnvironment initialised =
          OrtEnvironment.getEnvironment(
              OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, OrtEnvironment.DEFAULT_NAME);
      initialised.setTelemetry(false);
      return initialised;
    } catch (LinkageError | RuntimeException | OrtException e) {
      String reason = rootCause(e).toString();
      throw new RuntimeUnavailableException(
          "ONNX Runtime's native library from "
              + origin
              + " cannot be loaded: "
              + reason
              + ". "
              + remedy.apply(reason),
          e);
    }
  }

  /** The first failure; later attempts only say that OrtEnvironment could not be initialised. */
  private static Throwable rootCause(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static OrtEnvironment trainable(OrtEnvironment candidate, String otherwise) {
    if (!candidate.isTrainingEnabled()) {
      throw new RuntimeUnavailableException(otherwise);
    }
    return candidate;
  }
}
