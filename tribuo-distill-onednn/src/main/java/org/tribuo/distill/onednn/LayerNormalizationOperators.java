package org.tribuo.distill.onednn;

import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.graph.internal.DistillDomain;
import org.tribuo.distill.onednn.Primitive.Argument;

/**
 * {@link DistillDomain#LAYER_NORMALIZATION} and its gradient, in float32. Rows are cut into blocks
 * of one size, so that bits do not depend on threads and few primitives serve any number of rows.
 */
final class LayerNormalizationOperators {
  private static final long ROWS = 64;

  /** About how many numbers a core normalises in a nanosecond. */
  private static final long NORMALIZED_A_NANO = 3;

  private static final BufferPool PARTIAL_SUMS = new BufferPool();

  private final PrimitiveCache primitives;

  private LayerNormalizationOperators(PrimitiveCache primitives) {
    this.primitives = primitives;
  }

  static List<CustomOperator> of(PrimitiveCache primitives) {
    LayerNormalizationOperators operators = new LayerNormalizationOperators(primitives);
    return List.of(operators.new Forward(), operators.new Backward());
  }

  /** What primitives are compiled for: so many rows of a width. */
  private record Key(boolean forward, long rows, long width, float epsilon) {}

  /** x, scale and bias to y, mean and variance. */
  private final class Forward implements CustomOperator {
    @Override
    public String name() {
      return DistillDomain.LAYER_NORMALIZATION;
    }

    @Override
    public int requiredInputs() {
      return 3;
    }

    @Override
    public int optionalInputs() {
      return 0;
    }

    @Override
    public int outputs() {
      return 3;
    }

    @Override
    public Kernel kernel(KernelInfo node) {
      float epsilon = node.number("epsilon");
      return run -> compute(run, epsilon);
    }

    private void compute(KernelContext run, float epsilon) {
      RuntimeTensor x = run.input(0);
      long width = width(x);
      long scale = vector(run.input(1), width);
      long bias = vector(run.input(2), width);
      long y = run.output(0, x.dims()).address();
      long mean = run.output(1, statistic(x)).address();
      long variance = run.output(2, statistic(x)).address();
      Cut rows = rows(x);
      primitives.using(
          () ->
              run.parallel(
                  rows.parts(),
                  x.elements() / NORMALIZED_A_NANO,
                  part -> {
                    Key key = new Key(true, rows.size(part), width, epsilon);
                    long row = Float.BYTES * rows.start(part);
                    primitives
                        .get(key, () -> forward(key))
                        .execute(
                            x.address() + row * width,
                            scale,
                            bias,
                            y + row * width,
                            mean + row,
                            variance + row);
                  }));
    }
  }

  /** dy, x, scale, mean and variance to dx and the gradients of scale and bias. */
  private final class Backward implements CustomOperator {
    @Override
    public String name() {
      return DistillDomain.LAYER_NORMALIZATION_GRADIENT;
    }

    @Override
    public int requiredInputs() {
      return 5;
    }

    @Override
    public int optionalInputs() {
      return 0;
    }

    @Override
    public int outputs() {
      return 3;
    }

    @Override
    public Kernel kernel(KernelInfo node) {
      float epsilon = node.number("epsilon");
      return run -> compute(run, epsilon);
    }

    private void compute(KernelContext run, float epsilon) {
      RuntimeTensor dy = run.input(0);
      RuntimeTensor x = run.input(1);
      if (!Arrays.equals(dy.dims(), x.dims())) {
        throw new IllegalArgumentException(
            "%s of %s and %s, expected one shape".formatted(name(), dy, x));
      }
      long width = width(x);
      long scale = vector(run.input(2), width);
      long mean = run.input(3).address();
      long variance = run.input(4).address();
      long dx = run.output(0, x.dims()).address();
      RuntimeTensor dScale = run.output(1, width);
      RuntimeTensor dBias = run.output(2, width);
      Cut rows = rows(x);
      long bytes = Float.BYTES * width;
      NativeBuffer sums = PARTIAL_SUMS.take(2 * bytes * rows.parts());
      try {
        primitives.using(
            () ->
                run.parallel(
                    rows.parts(),
                    x.elements() / NORMALIZED_A_NANO,
                    part -> {
                      Key key = new Key(false, rows.size(part), width, epsilon);
                      long row = Float.BYTES * rows.start(part);
                      primitives
                          .get(key, () -> backward(key))
                          .execute(
                              dy.address() + row * width,
                              x.address() + row * width,
                              scale,
                              mean + row,
                              variance + row,
                              dx + row * width,
                              sums.address() + 2 * part * bytes,
                              sums.address() + (2 * part + 1) * bytes);
                    }));
        dScale.sumOf(sums.address(), rows.parts(), 2 * width);
        dBias.sumOf(sums.address() + bytes, rows.parts(), 2 * width);
      } finally {
        PARTIAL_SUMS.giveBack(sums);
      }
    }
  }

  private static long width(RuntimeTensor x) {
    return x.dims()[x.dims().length - 1];
  }

  private static long vector(RuntimeTensor tensor, long width) {
    if (tensor.elements() != width) {
      throw new IllegalArgumentException(
          "Layer normalization of rows of %d numbers with %s, expected a number for each"
              .formatted(width, tensor));
    }
    return tensor.address();
  }

  private static Cut rows(RuntimeTensor x) {
    return new Cut(x.elements() / width(x), ROWS);
  }

  private static long[] statistic(RuntimeTensor x) {
    long[] dims = x.dims().clone();
    dims[dims.length - 1] = 1;
    return dims;
  }

  private static Primitive forward(Key key) {
    try (Layouts layouts = new Layouts(key);
        PrimitiveAttributes attributes = new PrimitiveAttributes()) {
      return new Primitive(
          descriptor(key, layouts, attributes),
          List.of(
              new Argument(Dnnl.ARG_SRC, layouts.rows),
              new Argument(Dnnl.ARG_SCALE, layouts.row),
              new Argument(Dnnl.ARG_SHIFT, layouts.row),
              new Argument(Dnnl.ARG_DST, layouts.rows),
              new Argument(Dnnl.ARG_MEAN, layouts.statistic),
              new Argument(Dnnl.ARG_VARIANCE, layouts.statistic)));
    }
  }

  private static Primitive backward(Key key) {
    NativeWords words = new NativeWords(1);
    try (Layouts layouts = new Layouts(key);
        PrimitiveAttributes attributes = new PrimitiveAttributes()) {
      long forward = descriptor(key, layouts, attributes);
      try {
        Dnnl.check(
            Dnnl.dnnl_layer_normalization_backward_primitive_desc_create(
                words.at(0),
                ProcessorEngine.CPU,
                Dnnl.BACKWARD,
                layouts.rows.descriptor(),
                layouts.rows.descriptor(),
                layouts.rows.descriptor(),
                layouts.statistic.descriptor(),
                key.epsilon(),
                Dnnl.USE_SCALE | Dnnl.USE_SHIFT,
                forward,
                attributes.address()),
            "dnnl_layer_normalization_backward_primitive_desc_create");
      } finally {
        Dnnl.dnnl_primitive_desc_destroy(forward);
      }
      return new Primitive(
          words.get(0),
          List.of(
              new Argument(Dnnl.ARG_DIFF_DST, layouts.rows),
              new Argument(Dnnl.ARG_SRC, layouts.rows),
              new Argument(Dnnl.ARG_SCALE, layouts.row),
              new Argument(Dnnl.ARG_MEAN, layouts.statistic),
              new Argument(Dnnl.ARG_VARIANCE, layouts.statistic),
              new Argument(Dnnl.ARG_DIFF_SRC, layouts.rows),
              new Argument(Dnnl.ARG_DIFF_SCALE, layouts.row),
              new Argument(Dnnl.ARG_DIFF_SHIFT, layouts.row)));
    }
  }

  private static long descriptor(Key key, Layouts layouts, PrimitiveAttributes attributes) {
    NativeWords words = new NativeWords(1);
    Dnnl.check(
        Dnnl.dnnl_layer_normalization_forward_primitive_desc_create(
            words.at(0),
            ProcessorEngine.CPU,
            Dnnl.FORWARD_TRAINING,
            layouts.rows.descriptor(),
            layouts.rows.descriptor(),
            layouts.statistic.descriptor(),
            key.epsilon(),
            Dnnl.USE_SCALE | Dnnl.USE_SHIFT,
            attributes.address()),
        "dnnl_layer_normalization_forward_primitive_desc_create");
    return words.get(0);
  }

  /** The layouts of a block of rows. */
  private static final class Layouts implements AutoCloseable {
    private final Layout rows;
    private final Layout statistic;
    private final Layout row;

    Layouts(Key key) {
      this.rows =
          Layout.of(Dnnl.F32, new long[] {key.rows(), key.width()}, new long[] {key.width(), 1});
      this.statistic = Layout.of(Dnnl.F32, new long[] {key.rows()}, new long[] {1});
      this.row = Layout.of(Dnnl.F32, new long[] {key.width()}, new long[] {1});
    }

    @Override
    public void close() {
      rows.close();
      statistic.close();
      row.close();
    }
  }
}
