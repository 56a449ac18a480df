package org.tribuo.distill.onednn;

import java.util.List;
import java.util.Optional;

/**
 * Computes {@code alpha · op(A) · op(B) + bias}.
 *
 * <p>Factors that are not rounded yet are rounded first, as a whole; then the result is computed in
 * tiles, on all threads of the session. Where a product is cut depends on its sizes alone, not on
 * threads, so the bits do neither; and the tiles of a weight are of few sizes however many rows
 * there are, so few primitives serve a training of texts of all lengths:
 *
 * <ul>
 *   <li>the result of a single product is cut into {@value #ROWS} rows and about {@value #COLUMNS}
 *       columns;
 *   <li>the sum over the rows of both factors, as in the gradient of a weight, is cut into {@value
 *       #SUMMANDS} rows, and the last ones are filled up with zeros to a multiple of {@value
 *       #MULTIPLE};
 *   <li>a stack of products is cut into stacks.
 * </ul>
 *
 * <p>Products of small matrices, as the attention of short texts has them, are left to ONNX
 * Runtime, which has less to prepare.
 */
final class ProductKernel implements Kernel {
  private static final long ROWS = 256;
  private static final long COLUMNS = 256;
  private static final long SUMMANDS = 1024;
  private static final long MULTIPLE = 32;

  /** Stacks are cut so that a part has about so many multiplications, and at most so many. */
  private static final long WORK_OF_STACK = 1 << 22;

  private static final long LARGEST_STACK = 64;

  /** About how many numbers a core multiplies in a nanosecond. */
  private static final long MULTIPLIED_A_NANO = 500;

  private static final BufferPool LEFT = new BufferPool();
  private static final BufferPool RIGHT = new BufferPool();

  private final NumberType factors;
  private final PrimitiveCache primitives;
  private final Pieces rounding;
  private final Pieces copying;
  private final boolean transA;
  private final boolean transB;
  private final float alpha;
  private final Optional<PackedMatrix> packed;
  private final long smallest;
  private final RuntimeProduct small;

  /**
   * @param smallest the multiplications of one matrix by another from which on they are not small
   * @param packed the right factor, if it is one matrix and the same in each run
   * @param small computes small products
   */
  ProductKernel(
      NumberType factors,
      PrimitiveCache primitives,
      long smallest,
      boolean transA,
      boolean transB,
      float alpha,
      Optional<PackedMatrix> packed,
      RuntimeProduct small) {
    this.factors = factors;
    this.primitives = primitives;
    this.rounding = Rounding.pieces(primitives);
    this.copying = Rounding.copies(primitives);
    this.smallest = smallest;
    this.small = small;
    this.transA = transA;
    this.transB = transB;
    this.alpha = alpha;
    this.packed = packed;
  }

  /** Where so many columns are cut. */
  static Cut columns(long n) {
    return Cut.evenly(n, COLUMNS);
  }

  @Override
  public void compute(KernelContext run) {
    RuntimeTensor a = run.input(0);
    RuntimeTensor b = run.input(1);
    ProductShape shape = ProductShape.of(a.dims(), transA, b.dims(), transB);
    if (shape.k() == 0) {
      throw new IllegalArgumentException("Product of %s and %s: no summands".formatted(a, b));
    }
    long bias = run.hasInput(2) ? run.input(2).address() : 0;
    if (bias != 0 && alpha != 1) {
      throw new IllegalArgumentException(
          "Product with a bias and the alpha %s, expected 1: oneDNN would multiply both"
              .formatted(alpha));
    }
    RuntimeTensor c = run.output(0, shape.output());
    boolean isExact = a.type() == NumberType.FLOAT32 && b.type() == NumberType.FLOAT32;
    if (factors == NumberType.FLOAT32 && !isExact) {
      throw new IllegalArgumentException(
          "Product of %s and %s: they are rounded, which needs AMX or AVX512-BF16".formatted(a, b));
    }
    if (packed.isEmpty() && isExact && bias == 0 && shape.m() * shape.n() * shape.k() < smallest) {
      run.invoke(small, a, b, c);
    } else if (!shape.isEmpty()) {
      primitives.using(() -> multiply(run, shape, a, b, bias, c.address()));
    }
  }

  private void multiply(
      KernelContext run, ProductShape shape, RuntimeTensor a, RuntimeTensor b, long bias, long c) {
    boolean isPacked = packed.isPresent() && shape.count() == 1;
    if (factors == NumberType.FLOAT32) {
      tiles(run, new Call(shape, shape.k(), a.address(), b.address(), isPacked, bias, c));
      return;
    }
    // Rows of zeros may follow those of both factors where the sum is over them.
    boolean overRows = shape.count() == 1 && transA && !transB;
    long k = overRows ? Cut.roundUp(shape.k(), MULTIPLE) : shape.k();
    try (Factor left = factor(LEFT, a, shape.k(), k);
        Factor right = isPacked ? asItIs(b) : factor(RIGHT, b, shape.k(), k)) {
      prepare(run, List.of(left, right));
      tiles(run, new Call(shape, k, left.address(), right.address(), isPacked, bias, c));
    }
  }

  /**
   * A factor as it is, if it is rounded and not filled up, or else with a buffer for what it
   * becomes.
   *
   * @param from the length of an axis that becomes longer
   */
  private Factor factor(BufferPool pool, RuntimeTensor tensor, long from, long k) {
    if (tensor.type() == factors && k == from) {
      return asItIs(tensor);
    }
    long bytes = factors.bytes() * (tensor.elements() / from) * k;
    long filled = bytes - factors.bytes() * tensor.elements();
    return new Factor(tensor, filled, pool, Optional.of(pool.take(bytes)));
  }

  private Factor asItIs(RuntimeTensor tensor) {
    return new Factor(tensor, 0, LEFT, Optional.empty());
  }

  private static void prepare(KernelContext run, List<Factor> all) {
    List<Factor> copied = all.stream().filter(factor -> factor.buffer.isPresent()).toList();
    int[] ends = new int[copied.size()];
    long numbers = 0;
    for (int i = 0; i < ends.length; i++) {
      long own = copied.get(i).tensor.elements();
      ends[i] = (i == 0 ? 0 : ends[i - 1]) + Pieces.parts(own);
      numbers += own;
      copied.get(i).fillUp();
    }
    run.parallel(
        ends.length == 0 ? 0 : ends[ends.length - 1],
        numbers / Rounding.ROUNDED_A_NANO,
        part -> {
          int number = part < ends[0] ? 0 : 1;
          copied.get(number).copy(part - (number == 0 ? 0 : ends[0]));
        });
  }

  private void tiles(KernelContext run, Call call) {
    if (call.shape.count() == 1) {
      Cut rows = new Cut(call.shape.m(), ROWS);
      Cut columns = columns(call.shape.n());
      run.parallel(
          rows.parts() * columns.parts(),
          call.nanos(),
          i -> call.tile(rows, i / columns.parts(), columns, i % columns.parts()));
    } else {
      Cut stacks = new Cut(call.shape.count(), call.stack());
      run.parallel(stacks.parts(), call.nanos(), i -> call.stack(stacks.start(i), stacks.size(i)));
    }
  }

  @Override
  public void close() {
    packed.ifPresent(PackedMatrix::close);
    small.close();
  }

  /** A factor of one call, and its rounded copy where it needs one. */
  private final class Factor implements AutoCloseable {
    private final RuntimeTensor tensor;
    private final long filled;
    private final BufferPool pool;
    private final Optional<NativeBuffer> buffer;

    /**
     * @param filled the bytes of zeros behind the copy
     */
    Factor(RuntimeTensor tensor, long filled, BufferPool pool, Optional<NativeBuffer> buffer) {
      this.tensor = tensor;
      this.filled = filled;
      this.pool = pool;
      this.buffer = buffer;
    }

    long address() {
      return buffer.map(NativeBuffer::address).orElse(tensor.address());
    }

    void copy(int part) {
      Pieces pieces = tensor.type() == factors ? copying : rounding;
      pieces.compute(part, tensor.elements(), tensor.address(), address());
    }

    void fillUp() {
      if (filled > 0) {
        buffer.orElseThrow().clear(factors.bytes() * tensor.elements(), filled);
      }
    }

    @Override
    public void close() {
      buffer.ifPresent(pool::giveBack);
    }
  }

  /** One product, whose factors are at these addresses. */
  private final class Call {
    private final ProductShape shape;
    private final long k;
    private final long a;
    private final long b;
    private final boolean isPacked;
    private final long bias;
    private final long c;

    Call(ProductShape shape, long k, long a, long b, boolean isPacked, long bias, long c) {
      this.shape = shape;
      this.k = k;
      this.a = a;
      this.b = b;
      this.isPacked = isPacked;
      this.bias = bias;
      this.c = c;
    }

    /** About how long one thread takes. */
    long nanos() {
      return shape.count() * shape.m() * shape.n() * shape.k() / MULTIPLIED_A_NANO;
    }

    /** A part of a single product. */
    void tile(Cut rows, int rowPart, Cut columns, int columnPart) {
      long row = rows.start(rowPart);
      long column = columns.start(columnPart);
      Cut sum = new Cut(k, transA && !transB ? SUMMANDS : k);
      for (int part = 0; part < sum.parts(); part++) {
        long from = sum.start(part);
        boolean first = part == 0;
        boolean last = part + 1 == sum.parts();
        Tile tile =
            new Tile(
                1,
                rows.size(rowPart),
                columns.size(columnPart),
                sum.size(part),
                left(0),
                right(0),
                Matrices.of(Dnnl.F32, false, shape.n(), 0),
                first && bias != 0,
                !first,
                last ? alpha : 1);
        execute(
            tile,
            a + factors.bytes() * (transA ? from * shape.m() + row : row * k + from),
            isPacked
                ? packed.orElseThrow().part(columnPart)
                : b + factors.bytes() * (transB ? column * k + from : from * shape.n() + column),
            c + Float.BYTES * (row * shape.n() + column),
            bias + Float.BYTES * column);
      }
    }

    /** How many matrices of a stack one primitive multiplies. */
    long stack() {
      boolean uniform =
          (ProductShape.isInOrder(shape.left()) || ProductShape.isOne(shape.left()))
              && (ProductShape.isInOrder(shape.right()) || ProductShape.isOne(shape.right()));
      long work = shape.m() * shape.n() * shape.k();
      long fitting = Math.min(LARGEST_STACK, WORK_OF_STACK / work);
      return uniform ? Math.max(1, Long.highestOneBit(fitting)) : 1;
    }

    /** A part of a stack of products. */
    void stack(long from, long count) {
      int first = Math.toIntExact(from);
      Tile tile =
          new Tile(
              count,
              shape.m(),
              shape.n(),
              shape.k(),
              left(ProductShape.isOne(shape.left()) ? 0 : shape.m() * shape.k()),
              right(ProductShape.isOne(shape.right()) ? 0 : shape.k() * shape.n()),
              Matrices.of(Dnnl.F32, false, shape.n(), shape.m() * shape.n()),
              bias != 0,
              false,
              alpha);
      execute(
          tile,
          a + factors.bytes() * shape.left()[first] * shape.m() * shape.k(),
          b + factors.bytes() * shape.right()[first] * shape.k() * shape.n(),
          c + Float.BYTES * from * shape.m() * shape.n(),
          bias);
    }

    private Matrices left(long stack) {
      return Matrices.of(factors.elementType(), transA, transA ? shape.m() : k, stack);
    }

    private Matrices right(long stack) {
      return isPacked
          ? Matrices.packed(factors.elementType())
          : Matrices.of(factors.elementType(), transB, transB ? k : shape.n(), stack);
    }

    private void execute(Tile tile, long left, long right, long result, long row) {
      Primitive primitive = primitives.get(tile, tile::compile);
      if (tile.bias()) {
        primitive.execute(left, right, result, row);
      } else {
        primitive.execute(left, right, result);
      }
    }
  }
}
