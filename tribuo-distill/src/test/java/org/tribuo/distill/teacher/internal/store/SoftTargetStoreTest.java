package org.tribuo.distill.teacher.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;
import org.tribuo.distill.teacher.store.SoftTargetStoreException.Reason;

class SoftTargetStoreTest {
  private static final SoftTargetSpec SPEC = TinyStore.SPEC;

  /** After the magic. */
  private static final int VERSION_AT = 28;

  @TempDir Path folder;

  @Test
  void holdsWhatWasPutIntoItWhenItIsOpenedAgain() {
    Path deep = folder.resolve("new/folders");
    TinyStore.write(deep);
    TinyStore.read(deep);
    try (SoftTargets targets = SoftTargetStore.in(deep).find(SPEC).orElseThrow()) {
      assertThat(targets.key()).isEqualTo(SPEC.key());
      assertThat(targets.columns()).isEqualTo(SPEC.columns());
      assertThat(targets.rows()).isEqualTo(700);
      assertThat(targets.runtimeVersion()).isEqualTo("1.28.0");
      assertThatThrownBy(() -> targets.batch(700)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void rowsOfEveryShapeAreReadAsTheyWereWritten() {
    long seed = 20261129;
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 60; run++) {
      SoftTargetSpec spec = TinyStore.spec("teacher " + run, shape(random), 1 + random.nextInt(40));
      boolean largest = spec.shape().endsInColumns() && random.nextBoolean();
      SoftTargetSpec wanted =
          largest
              ? new SoftTargetSpec(
                  spec.key().withLargest(1 + random.nextInt(spec.columns().size())),
                  spec.columns(),
                  spec.rows(),
                  spec.shape())
              : spec;
      int[] rows = random.ints(1 + random.nextInt(6), 0, spec.rows()).toArray();
      int[] order = shuffled(spec.columns().size(), random);
      try (SoftTargets all = TinyStore.fill(SoftTargetStore.in(folder), wanted)) {
        assertBatch(
            all.inOrder(order), wanted, rows, order, "run %d of seed %d".formatted(run, seed));
      }
    }
  }

  private static RowShape shape(SplittableRandom random) {
    int columns = 1 + random.nextInt(7);
    return switch (random.nextInt(5)) {
      case 0 -> RowShape.of(columns);
      case 1 -> RowShape.perToken(columns);
      case 2 -> RowShape.of(Dimension.of(2), Dimension.of("tokens"));
      case 3 -> RowShape.of(Dimension.of("tokens"));
      default -> RowShape.of(Dimension.of(3), Dimension.of("tokens"), Dimension.of(columns));
    };
  }

  private static int[] shuffled(int count, SplittableRandom random) {
    List<Integer> left = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    return IntStream.range(0, count).map(i -> left.remove(random.nextInt(left.size()))).toArray();
  }

  /** Compares each element with the one of the row that its indices stand for. */
  private static void assertBatch(
      SoftTargets targets, SoftTargetSpec spec, int[] rows, int[] order, String what) {
    SoftTargetBatch batch = targets.batch(rows);
    long[] dims = batch.logits().dims();
    float[] logits = batch.logits().toFloats();
    int longest = IntStream.of(rows).map(row -> TinyStore.length(spec, row)).max().orElseThrow();
    RowShape kept = spec.shape().withColumns(targets.shape().columns());
    assertThat(dims).as(what).isEqualTo(kept.dims(rows.length, longest));
    int columnAxis = spec.shape().endsInColumns() ? dims.length - 1 : 1;
    for (int at = 0; at < logits.length; at++) {
      int[] index = indices(at, dims);
      int row = rows[index[0]];
      if (batch.classes().isEmpty()) {
        assertThat(logits[at]).as(what).isEqualTo(element(spec, row, index, columnAxis, order));
      } else {
        int place = index[columnAxis];
        List<Integer> descending =
            IntStream.range(0, order.length)
                .boxed()
                .sorted(
                    Comparator.comparing(
                        column ->
                            -element(
                                spec, row, with(index, columnAxis, column), columnAxis, order)))
                .toList();
        int column = descending.get(place);
        boolean padding =
            spec.shape().isRagged() && index[columnAxis - 1] >= TinyStore.length(spec, row);
        assertThat(batch.classes().get().toLongs()[at]).as(what).isEqualTo(padding ? 0 : column);
        assertThat(logits[at])
            .as(what)
            .isEqualTo(element(spec, row, with(index, columnAxis, column), columnAxis, order));
      }
    }
  }

  private static int[] with(int[] index, int axis, int value) {
    int[] other = index.clone();
    other[axis] = value;
    return other;
  }

  private static int[] indices(int at, long[] dims) {
    int[] index = new int[dims.length];
    int left = at;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      index[axis] = left % (int) dims[axis];
      left /= (int) dims[axis];
    }
    return index;
  }

  /** The element of a row, padding behind its end. */
  private static float element(
      SoftTargetSpec spec, int row, int[] index, int columnAxis, int[] order) {
    int length = TinyStore.length(spec, row);
    int flat = 0;
    for (int axis = 1; axis <= spec.shape().rank(); axis++) {
      boolean named = spec.shape().shape().dimension(axis - 1) instanceof Dimension.Symbolic;
      if (named && index[axis] >= length) {
        return spec.shape().endsInColumns() ? 0 : SoftTargetBatch.NO_POSITION;
      }
      int there = axis == columnAxis && !named ? order[index[axis]] : index[axis];
      flat = flat * (int) spec.shape().dims(1, length)[axis] + there;
    }
    return TinyStore.logits(spec, row)[flat];
  }

  @Test
  void theLargestComeFirstAndOfEqualOnesThoseOfTheFirstColumn() {
    SoftTargetSpec spec = TinyStore.spec("largest", RowShape.of(4), 2);
    SoftTargetSpec two =
        new SoftTargetSpec(spec.key().withLargest(2), spec.columns(), 2, spec.shape());
    for (SoftTargetSpec each : List.of(spec, two)) {
      try (SoftTargetWriter writer = SoftTargetStore.in(folder).writer(each, "1.28.0")) {
        writer.put(0, 1, new float[] {1, 5, 3, 5});
        writer.put(1, 1, new float[] {2, 2, 9, 0});
        try (SoftTargets targets = writer.finish()) {
          SoftTargetBatch batch = targets.largest(2).batch(0, 1);
          assertThat(batch.logits().toFloats()).containsExactly(5, 5, 9, 2);
          assertThat(batch.classes().orElseThrow().toLongs()).containsExactly(1, 3, 2, 0);
          SoftTargets reversed = targets.inOrder(new int[] {3, 2, 1, 0}).largest(1);
          assertThat(reversed.batch(0, 1).classes().orElseThrow().toLongs()).containsExactly(0, 1);
        }
      }
    }
  }

  @Test
  void whatHoldsTheLargestHasNoOthers() throws IOException {
    SoftTargetSpec spec = TinyStore.spec("largest", RowShape.of(500), 40);
    SoftTargetSpec three =
        new SoftTargetSpec(spec.key().withLargest(3), spec.columns(), 40, spec.shape());
    SoftTargetStore store = SoftTargetStore.in(folder);
    TinyStore.fill(store, spec).close();
    assertThat(store.find(three)).isEmpty();
    try (SoftTargets targets = TinyStore.fill(store, three)) {
      long bytes = Files.size(TinyStore.file(folder, three));
      assertThat(bytes).isLessThan(40L * (3 * 8 + 16) + 10_000);
      assertThatThrownBy(() -> targets.largest(4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The 4 largest logits of rows [3], expected from 1 to 3 of a last dimension");
      assertThatThrownBy(() -> targets.inOrder(new int[] {0, 1}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Of 500 columns only the 3 largest are kept");
    }
  }

  @Test
  void isAbsentUntilEveryRowIsThere() {
    SoftTargetStore store = SoftTargetStore.in(folder);
    assertThat(store.find(SPEC)).isEmpty();
    try (SoftTargetWriter writer = store.writer(SPEC, "1.28.0")) {
      TinyStore.put(writer, SPEC, 0, 699);
      assertThat(store.find(SPEC)).isEmpty();
      assertThatThrownBy(() -> writer.put(698, 1, new float[77]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Row 698 has 77 logits, expected a row [77] of length 1 that is not there yet");
      assertThatThrownBy(() -> writer.put(699, 1, new float[76]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Row 699 has 76 logits");
      assertThatThrownBy(writer::finish)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("There are 699 of 700 rows");
    }
    try (SoftTargetWriter writer = store.writer(SPEC, "1.29.0")) {
      assertThat(writer.kept()).isEqualTo(699);
      assertThat(writer.has(698)).isTrue();
      assertThat(writer.has(699)).isFalse();
      TinyStore.put(writer, SPEC, 0, 700);
      try (SoftTargets targets = writer.finish()) {
        assertThat(targets.runtimeVersion()).isEqualTo("1.28.0");
      }
    }
    TinyStore.read(folder);
  }

  @Test
  void aTemporaryStoreGoesWithItsFolder() {
    SoftTargetStore store = SoftTargetStore.temporary();
    TinyStore.fill(store, SPEC).close();
    try (SoftTargets targets = store.find(SPEC).orElseThrow()) {
      assertThat(targets.batch(3).logits().toFloats()).containsExactly(TinyStore.logits(SPEC, 3));
    }
    store.close();
    assertThat(store.find(SPEC)).isEmpty();
  }

  @Test
  void saysWhatDisagrees() {
    TinyStore.write(folder);
    assertFails(
        () -> SoftTargetStore.in(folder).find(spec(SPEC.columns(), 699, SPEC.shape())),
        Reason.DISAGREES,
        "The store of soft targets %s holds these soft targets with 700 rows with the same digest of"
                .formatted(folder)
            + " inputs, now there are 699; if what is kept is wrong, delete its file and run again");
    List<String> reversed = new ArrayList<>(SPEC.columns());
    Collections.reverse(reversed);
    assertFails(
        () -> SoftTargetStore.in(folder).writer(spec(reversed, 700, SPEC.shape()), "1.28.0"),
        Reason.DISAGREES,
        "and 67 more, now it is [label-76, label-75,");
    assertFails(
        () -> SoftTargetStore.in(folder).find(spec(SPEC.columns(), 700, RowShape.perToken(77))),
        Reason.DISAGREES,
        "rows [77], now they are [tokens, 77]");
    TinyStore.read(folder);
  }

  private static SoftTargetSpec spec(List<String> columns, int rows, RowShape shape) {
    return new SoftTargetSpec(SPEC.key(), columns, rows, shape);
  }

  @Test
  void saysThatAnotherWritesIntoIt() throws IOException {
    try (FolderLock ofAnother = FolderLock.take(folder)) {
      assertThat(ofAnother).isNotNull();
      assertFails(
          () -> SoftTargetStore.in(folder).writer(SPEC, "1.28.0"),
          Reason.LOCKED,
          "The store of soft targets %s is in use: Another part of this program writes into this"
                  .formatted(folder)
              + " folder; wait for it, or name another folder");
    }
    TinyStore.write(folder);
  }

  @Test
  void whatIsCompleteIsReadWhileAnotherWrites() {
    TinyStore.write(folder);
    SoftTargetStore store = SoftTargetStore.in(folder);
    try (SoftTargetWriter other = store.writer(TinyStore.spec("other", RowShape.of(3), 5), "1")) {
      TinyStore.read(folder);
      assertThat(other.kept()).isZero();
    }
  }

  @Test
  void saysThatItIsClosed() {
    SoftTargets targets = TinyStore.fill(SoftTargetStore.in(folder), SPEC);
    targets.close();
    targets.close();
    assertFails(() -> targets.batch(0), Reason.NOT_READABLE, "cannot be read (Stream Closed)");
  }

  @Test
  void leavesFilesThatAreNoStoresAlone() throws IOException {
    Path text = Files.writeString(folder.resolve("thesis.txt"), "Chapter one. ".repeat(2000));
    assertFails(
        () -> SoftTargetStore.in(text),
        Reason.NOT_A_STORE,
        "The store of soft targets %s is a file, expected a folder".formatted(text));

    Path file = TinyStore.file(folder);
    Files.copy(text, file);
    assertFails(
        () -> SoftTargetStore.in(folder).find(SPEC), Reason.NOT_A_STORE, "holds no soft targets");
    assertFails(
        () -> SoftTargetStore.in(folder).writer(SPEC, "1.28.0"),
        Reason.NOT_A_STORE,
        "has a file '%s' that holds no soft targets; delete it or name another folder"
            .formatted(file.getFileName()));
    assertThat(file).hasContent("Chapter one. ".repeat(2000));
  }

  @Test
  void tellsTooNewFromTooOld() throws IOException {
    Path file = TinyStore.write(folder);
    edit(file, bytes -> bytes.putInt(VERSION_AT, 5));
    assertFails(
        () -> SoftTargetStore.in(folder).find(SPEC),
        Reason.TOO_NEW,
        "of format version 5, this library reads up to 4; use a later version of it");
    edit(file, bytes -> bytes.putInt(VERSION_AT, 2));
    assertFails(
        () -> SoftTargetStore.in(folder).find(SPEC),
        Reason.TOO_OLD,
        "of format version 2, this library reads from 3 on; delete it and run again");
    edit(file, bytes -> bytes.putInt(VERSION_AT, 3));
    TinyStore.read(folder);
  }

  @Test
  void damagedHeadersAndRowsAreErrorsNotNumbers() throws IOException {
    Path file = TinyStore.write(folder);
    edit(file, bytes -> bytes.put(200, (byte) (bytes.get(200) ^ 1)));
    assertFails(
        () -> SoftTargetStore.in(folder).find(SPEC),
        Reason.CORRUPT,
        "has a file '%s' with a damaged header; delete it and run again"
            .formatted(file.getFileName()));

    Files.delete(file);
    TinyStore.write(folder);
    int fromEnd = 16 + 100 * (77 * 4 + 16) + 50;
    try (SoftTargets open = SoftTargetStore.in(folder).find(SPEC).orElseThrow()) {
      edit(file, bytes -> bytes.put(bytes.limit() - fromEnd, (byte) 77));
      assertThat(open.batch(598).logits().toFloats()).containsExactly(TinyStore.logits(SPEC, 598));
      assertFails(
          () -> open.batch(598, 599),
          Reason.CORRUPT,
          "whose row 599 was damaged after the file was opened; delete it and run again");
    }
    assertFails(
        () -> SoftTargetStore.in(folder).find(SPEC),
        Reason.CORRUPT,
        "has a file '%s' that is damaged behind 599 of its 700 rows; delete it and run again"
            .formatted(file.getFileName()));
    assertFails(
        () -> SoftTargetStore.in(folder).writer(SPEC, "1.28.0"), Reason.CORRUPT, "is damaged");
  }

  @Test
  void rowsOfAnotherFileAreErrorsNotNumbers() throws IOException {
    Path file = TinyStore.write(folder);
    SoftTargetSpec other = TinyStore.spec("other", SPEC.shape(), 700);
    TinyStore.fill(SoftTargetStore.in(folder), other).close();
    Files.copy(TinyStore.file(folder, other), file, StandardCopyOption.REPLACE_EXISTING);
    assertFails(
        () -> SoftTargetStore.in(folder).find(SPEC), Reason.CORRUPT, "with a damaged header");
  }

  @Test
  void bytesThatChangedOnDiskAreErrorsNotNumbers() throws IOException {
    Path file = TinyStore.write(folder);
    byte[] whole = Files.readAllBytes(file);
    int noticed = 0;
    for (int at = 0; at < whole.length - 64; at += 3_011) {
      byte[] damaged = whole.clone();
      Arrays.fill(damaged, at, at + 64, (byte) 0x5A);
      Files.write(file, damaged);
      try {
        TinyStore.read(folder);
      } catch (SoftTargetStoreException e) {
        noticed++;
      }
    }
    assertThat(noticed).isEqualTo((whole.length - 65) / 3_011 + 1);
  }

  @Test
  void aFileThatWasCutOffGoesOnWhereItEnds() throws IOException {
    Path file = TinyStore.write(folder);
    byte[] whole = Files.readAllBytes(file);
    int header = whole.length - 16 - 700 * (77 * 4 + 16);
    SoftTargetStore store = SoftTargetStore.in(folder);
    for (int length = header; length < whole.length - 16; length += 5_021) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(store.find(SPEC)).isEmpty();
      try (SoftTargetWriter writer = store.writer(SPEC, "1.28.0")) {
        assertThat(writer.kept()).isEqualTo((length - header) / (77 * 4 + 16));
        TinyStore.put(writer, SPEC, 0, 700);
        writer.finish().close();
      }
      assertThat(file).hasBinaryContent(whole);
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsAnError() throws IOException {
    Path occupied = Files.writeString(folder.resolve("occupied"), "a file, no folder");
    assertFails(
        () -> SoftTargetStore.in(occupied.resolve("targets")).writer(SPEC, "1.28.0"),
        Reason.NOT_WRITABLE,
        "The store of soft targets %s cannot be made (".formatted(occupied.resolve("targets")));
  }

  @Test
  void aFolderThatMayNotBeWrittenIsRead() {
    TinyStore.write(folder);
    assumeFalse(!folder.toFile().setWritable(false) || Files.isWritable(folder));
    try {
      TinyStore.read(folder);
      assertFails(
          () ->
              SoftTargetStore.in(folder)
                  .writer(TinyStore.spec("other", RowShape.of(3), 5), "1.28.0"),
          Reason.NOT_WRITABLE,
          "choose a folder that may be written");
    } finally {
      assumeTrue(folder.toFile().setWritable(true));
    }
  }

  @Test
  void aThreadThatWasInterruptedReadsOn() {
    TinyStore.write(folder);
    Thread.currentThread().interrupt();
    TinyStore.read(folder);
    assertThat(Thread.interrupted()).isTrue();
  }

  private static void assertFails(ThrowingCallable action, Reason reason, String message) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            SoftTargetStoreException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  private static void edit(Path file, Consumer<ByteBuffer> change) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    change.accept(bytes);
    Files.write(file, bytes.array());
  }
}
