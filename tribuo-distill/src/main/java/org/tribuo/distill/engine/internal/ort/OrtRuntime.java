package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.RuntimeUnavailableException;

/**
 * ONNX Runtime as this JVM has loaded it, once; the only owner of {@link OrtEnvironment}.
 *
 * <p>The native library in ONNX Runtime's own Java jar cannot train. Where one that can is on the
 * class path it is put in its place, before {@link OrtEnvironment} is touched for the first time:
 * it is kept in the user's cache folder, or below the folder that the system property {@code
 * tribuo.distill.native.dir} names. A program that brings its own build of ONNX Runtime names its
 * folder with ONNX Runtime's property {@code onnxruntime.native.path}, and nothing is extracted.
 *
 * <p>Where that library is not on the class path, or something else in the JVM has loaded another
 * one earlier, the library that is there runs models, and {@link #requireTraining} says why it does
 * not train. Thread-safe.
 */
final class OrtRuntime {
  /** ONNX Runtime's own property: the file of its core library. */
  private static final String LIBRARY_FILE_PROPERTY = "onnxruntime.native.onnxruntime.path";

  private static volatile @Nullable OrtRuntime loaded;

  private final OrtEnvironment environment;
  private final Optional<Path> library;
  private final Optional<RuntimeUnavailableException> cannotTrain;

  private OrtRuntime(
      OrtEnvironment environment,
      Optional<Path> library,
      Optional<RuntimeUnavailableException> cannotTrain) {
    this.environment = environment;
    this.library = library;
    this.cannotTrain = cannotTrain;
  }

  /**
   * The first call loads the native library; later ones return the same object.
   *
   * @throws RuntimeUnavailableException if no library can be loaded
   */
  static OrtRuntime loaded() {
    OrtRuntime there = loaded;
    return there != null ? there : loadOnce();
  }

  /** The environment. It lives as long as the JVM and need not be closed. */
  OrtEnvironment environment() {
    return environment;
  }

  /** ONNX Runtime's version, such as {@code 1.28.0}. */
  String version() {
    return environment.getVersion();
  }

  /**
   * Checks that the library has the training API.
   *
   * @throws RuntimeUnavailableException if it has not; the message says why, and what to do
   */
  void requireTraining() {
    if (cannotTrain.isPresent()) {
      throw new RuntimeUnavailableException(
          String.valueOf(cannotTrain.get().getMessage()), cannotTrain.get());
    }
  }

  /**
   * The file of the native library that this JVM has loaded, for libraries that call it.
   *
   * @throws RuntimeUnavailableException if it was loaded by something else in this JVM
   */
  Path library() {
    return library.orElseThrow(
        () ->
            new RuntimeUnavailableException(
                "Libraries with operators of their own need the file of ONNX Runtime's native"
                    + " library, which is not known: it was loaded from ONNX Runtime's own jar. Name"
                    + " a folder that holds it with -D"
                    + Coordinates.LIBRARY_FOLDER_PROPERTY
                    + ", or state the precision FLOAT32."));
  }

  private static synchronized OrtRuntime loadOnce() {
    OrtRuntime there = loaded;
    if (there == null) {
      there = load();
      loaded = there;
    }
    return there;
  }

  private static OrtRuntime load() {
    for (String property :
        new String[] {Coordinates.LIBRARY_FOLDER_PROPERTY, LIBRARY_FILE_PROPERTY}) {
      String ownBuild = System.getProperty(property);
      if (ownBuild != null) {
        return ownBuild(property, ownBuild);
      }
    }
    Platform platform;
    Path folder;
    try {
      platform = Platform.current();
      folder =
          NativeFolder.provide(
              NativeLibraries.find(platform, OrtRuntime.class.getClassLoader()),
              NativeFolder.root());
    } catch (RuntimeUnavailableException e) {
      return plain(e);
    }
    return fromClassPath(platform, folder);
  }

  private static OrtRuntime ownBuild(String property, String named) {
    OrtEnvironment environment = initialise(named, reason -> LoadFailure.FITTING);
    Path path = Path.of(named);
    return new OrtRuntime(
        environment,
        Optional.of(property.equals(Coordinates.LIBRARY_FOLDER_PROPERTY) ? coreIn(path) : path),
        unlessItTrains(
            environment,
            "ONNX Runtime was loaded from "
                + named
                + " (system property "
                + property
                + "), which was built without the training API. Name a build with it, or omit the"
                + " property to use the one on the class path."));
  }

  private static OrtRuntime fromClassPath(Platform platform, Path folder) {
    System.setProperty(Coordinates.LIBRARY_FOLDER_PROPERTY, folder.toString());
    try {
      OrtEnvironment environment =
          initialise(folder.toString(), reason -> new LoadFailure(platform, reason).remedy());
      Optional<RuntimeUnavailableException> cannotTrain =
          unlessItTrains(
              environment,
              "ONNX Runtime was already initialised in this JVM with its plain native library,"
                  + " which has no training API, and a JVM cannot exchange it. Call"
                  + " DistillationTrainer.loadRuntime() at the start of the program, before anything else uses"
                  + " ONNX Runtime (OrtEnvironment, Tribuo's ONNXExternalModel, ...), or start the"
                  + " JVM with -D"
                  + Coordinates.LIBRARY_FOLDER_PROPERTY
                  + "="
                  + folder
                  + ".");
      return new OrtRuntime(
          environment,
          cannotTrain.isPresent() ? Optional.empty() : Optional.of(coreIn(folder)),
          cannotTrain);
    } finally {
      System.clearProperty(Coordinates.LIBRARY_FOLDER_PROPERTY);
    }
  }

  /**
   * The library that is loaded already, or else the one in ONNX Runtime's own jar.
   *
   * @param cannotTrain why that with the training API cannot be used
   */
  private static OrtRuntime plain(RuntimeUnavailableException cannotTrain) {
    OrtEnvironment environment =
        initialise("its own jar", reason -> LoadFailure.FITTING + " " + cannotTrain.getMessage());
    return new OrtRuntime(
        environment,
        Optional.empty(),
        environment.isTrainingEnabled() ? Optional.empty() : Optional.of(cannotTrain));
  }

  private static Path coreIn(Path folder) {
    return folder.resolve(Platform.current().fileName(NativeLibraries.CORE));
  }

  /**
   * Loads the library, unless that has been done in this JVM already.
   *
   * @param remedy what to do about a reason for which it cannot be loaded
   */
  private static OrtEnvironment initialise(String origin, UnaryOperator<String> remedy) {
    try {
      OrtEnvironment initialised = environmentThatLogsErrors();
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

  /** An environment that is there already keeps its own log level, which need not alarm anyone. */
  private static OrtEnvironment environmentThatLogsErrors() {
    Logger warnings = Logger.getLogger(OrtEnvironment.class.getName());
    Level before = warnings.getLevel();
    warnings.setLevel(Level.OFF);
    try {
      return OrtEnvironment.getEnvironment(
          OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, OrtEnvironment.DEFAULT_NAME);
    } finally {
      warnings.setLevel(before);
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

  private static Optional<RuntimeUnavailableException> unlessItTrains(
      OrtEnvironment environment, String otherwise) {
    return environment.isTrainingEnabled()
        ? Optional.empty()
        : Optional.of(new RuntimeUnavailableException(otherwise));
  }
}
