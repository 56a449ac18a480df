package org.tribuo.distill.onednn;

import java.util.Optional;

/**
 * Computes {@code alpha · op(A) · op(B) + bias}.
 *
 * <p>Both factors are rounded first, as a whole, so that no number is rounded twice; then the
 * result is computed in tiles, on all threads of the session. Where a product is cut depends on its
 * sizes alone, not on threads, so the bits do neither; and the tiles of a weight are of few sizes
 * however many rows there are, so few primitives serve a training of texts of all lengths:
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

  /** About how many numbers a core rounds and multiplies in a nanosecond. */
  private static final long ROUNDED_A_NANO = 10;

  private static final long MULTIPLIED_A_NANO = 500;

  private static final BufferPool LEFT = new BufferPool();
  private static final BufferPool RIGHT = new BufferPool();

  private final Factors factors;
  private final PrimitiveCache primitives;
  private final Pieces rounding;
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
      Factors factors,
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
    FloatTensor a = run.input(0);
    FloatTensor b = run.input(1);
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
    FloatTensor c = run.output(0, shape.output());
    if (packed.isEmpty() && bias == 0 && shape.m() * shape.n() * shape.k() < smallest) {
      run.invoke(small, a, b, c);
    } else if (!shape.isEmpty()) {
      primitives.using(() -> multiply(run, shape, a, b, bias, c.address()));
    }
  }

  private void multiply(
      KernelContext run, ProductShape shape, FloatTensor a, FloatTensor b, long bias, long c) {
    boolean isPacked = packed.isPresent() && shape.count() == 1;
    if (factors == Factors.FLOAT32) {
      tiles(run, new Call(shape, shape.k(), a.address(), b.address(), isPacked, bias, c));
      return;
    }
    // Rows of zeros may follow those of both factors where the sum is over them.
    boolean overRows = shape.count() == 1 && transA && !transB;
    long k = overRows ? Cut.roundUp(shape.k(), MULTIPLE) : shape.k();
    NativeBuffer left = LEFT.take(padded(a, shape.k(), k));
    NativeBuffer right = RIGHT.take(isPacked ? 0 : padded(b, shape.k(), k));
    try {
      int partsOfA = Pieces.parts(a.elements());
      int partsOfB = isPacked ? 0 : Pieces.parts(b.elements());
      run.parallel(
          partsOfA + partsOfB,
          (a.elements() + (isPacked ? 0 : b.elements())) / ROUNDED_A_NANO,
          part -> {
            if (part < partsOfA) {
              rounding.compute(part, a.elements(), a.address(), left.address());
            } else {
              rounding.compute(part - partsOfA, b.elements(), b.address(), right.address());
            }
          });
      if (overRows && k > shape.k()) {
        clearBehind(a, shape.k(), k, left);
        clearBehind(b, shape.k(), k, right);
      }
      tiles(run, new Call(shape, k, left.address(), right.address(), isPacked, bias, c));
    } finally {
      LEFT.giveBack(left);
      RIGHT.giveBack(right);
    }
  }

  /** The bytes of a factor whose axis of length k becomes longer. */
  private long padded(FloatTensor factor, long from, long k) {
    return factors.bytes() * (factor.elements() / from) * k;
  }

  private void clearBehind(FloatTensor factor, long from, long k, NativeBuffer buffer) {
    long bytes = factors.bytes() * factor.elements();
    buffer.clear(bytes, padded(factor, from, k) - bytes);
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
            c + FloatTensor.BYTES * (row * shape.n() + column),
            bias + FloatTensor.BYTES * column);
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
          c + FloatTensor.BYTES * from * shape.m() * shape.n(),
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
