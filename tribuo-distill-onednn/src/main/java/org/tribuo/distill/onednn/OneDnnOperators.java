package org.tribuo.distill.onednn;

import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.OperatorLibrary;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.ort.NativeFiles;
import org.tribuo.distill.graph.internal.DistillDomain;

/**
 * Operators that oneDNN computes, on Linux and an x86-64 processor with one of the {@linkplain
 * InstructionSet instruction sets} for bfloat16. {@link java.util.ServiceLoader} makes it.
 */
public final class OneDnnOperators implements OperatorLibrary {
  private static final String BUILD = "linux-x86_64";
  private static final String FOLDER = "/org/bytedeco/dnnl/" + BUILD + "/";
  private static final String LIBRARY = "libdnnl.so.3";

  /** What the library depends on; it looks for that in its own folder. */
  private static final String OPEN_MP = "libgomp.so.1";

  /** Lets the library keep its symbols to itself. */
  private static final int RTLD_LAZY = 1;

  /**
   * So many lengths of texts and weights of different sizes have their primitives at one time: each
   * takes about half a megabyte.
   */
  private static final int PRIMITIVES = 256;

  /** Two matrices of 64 rows and columns: with fewer multiplications ONNX Runtime is faster. */
  private static final long SMALLEST_PRODUCT = 1 << 18;

  private final long smallestProduct;
  private @Nullable OperatorDomain domain;

  /** For {@link java.util.ServiceLoader}. */
  public OneDnnOperators() {
    this(SMALLEST_PRODUCT);
  }

  /**
   * @param smallestProduct the multiplications of two matrices from which on oneDNN computes them
   */
  OneDnnOperators(long smallestProduct) {
    this.smallestProduct = smallestProduct;
  }

  @Override
  public String version() {
    return isOnPlatform() ? "oneDNN " + Loaded.library().version() : "oneDNN";
  }

  @Override
  public String instructionSet() {
    if (!isOnPlatform()) {
      return "none: oneDNN is on the class path for %s, this is %s %s"
          .formatted(BUILD, System.getProperty("os.name"), System.getProperty("os.arch"));
    }
    return Loaded.library()
        .instructions()
        .map(InstructionSet::toString)
        .orElse("none: the processor has neither AMX for bfloat16 nor AVX512-BF16");
  }

  @Override
  public boolean isActive() {
    return isOnPlatform() && Loaded.library().instructions().isPresent();
  }

  @Override
  public synchronized void addTo(long options, Path onnxRuntime) {
    try {
      OperatorDomain added = domain;
      if (added == null) {
        OrtApi.load(onnxRuntime);
        added = new OperatorDomain(DistillDomain.NAME, operators(isActive()));
        domain = added;
      }
      added.addTo(options);
    } catch (IllegalStateException | UnsatisfiedLinkError e) {
      throw new RuntimeUnavailableException(
          "ONNX Runtime does not take the operators of %s: %s".formatted(version(), e.getMessage()),
          e);
    }
  }

  private List<CustomOperator> operators(boolean rounds) {
    NumberType factors = rounds ? NumberType.BFLOAT16 : NumberType.FLOAT32;
    PrimitiveCache primitives = new PrimitiveCache(PRIMITIVES);
    List<CustomOperator> operators = new ArrayList<>();
    operators.add(new ProductOperator(factors, primitives, smallestProduct));
    operators.add(Rounding.operator(primitives));
    operators.addAll(GeluOperators.of(primitives));
    operators.addAll(LayerNormalizationOperators.of(primitives));
    return operators;
  }

  private static boolean isOnPlatform() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")
        && List.of("amd64", "x86_64").contains(System.getProperty("os.arch", ""))
        && resource(LIBRARY).isPresent();
  }

  private static Optional<URL> resource(String file) {
    return Optional.ofNullable(OneDnnOperators.class.getResource(FOLDER + file));
  }

  /**
   * What the native library says, loaded when it is first asked for; where that fails, the next
   * call tries it again.
   */
  private record Loaded(Optional<InstructionSet> instructions, String version) {
    private static @Nullable Loaded library;

    /**
     * @throws RuntimeUnavailableException if it cannot be extracted or loaded
     */
    static synchronized Loaded library() {
      Loaded there = library;
      if (there == null) {
        there = load();
        library = there;
      }
      return there;
    }

    private static Loaded load() {
      Map<String, URL> files = new LinkedHashMap<>();
      for (String file : List.of(LIBRARY, OPEN_MP)) {
        resource(file).ifPresent(source -> files.put(file, source));
      }
      Path folder = NativeFiles.extract("onednn-" + BUILD, files);
      try {
        NativeLibrary library =
            NativeLibrary.getInstance(
                folder.resolve(LIBRARY).toString(), Map.of(Library.OPTION_OPEN_FLAGS, RTLD_LAZY));
        OpenMp.load(library);
        OpenMp.useCallingThreadAlone();
        Dnnl.load(library);
      } catch (UnsatisfiedLinkError e) {
        throw new RuntimeUnavailableException(
            "oneDNN's native library in %s cannot be loaded: %s".formatted(folder, e.getMessage()),
            e);
      }
      return new Loaded(InstructionSet.among(Dnnl.dnnl_get_effective_cpu_isa()), Dnnl.version());
    }
  }
}
