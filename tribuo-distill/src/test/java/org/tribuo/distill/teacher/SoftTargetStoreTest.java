package org.tribuo.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.graph.Sha256;
import org.tribuo.distill.output.LabelOrder;
import org.tribuo.distill.teacher.SoftTargetStoreException.Reason;

class SoftTargetStoreTest {
  private static final LabelOrder LABELS = TinyTeacher.labels(77);
  private static final int ROWS = 5000;
  private static final SoftTargetKey KEY = key("a teacher", "some rows");

  @TempDir Path folder;

  @Test
  void holdsWhatWasPutIntoItWhenItIsOpenedAgain() {
    Path file = fill(folder.resolve("new/folders/targets.mv"));
    try (SoftTargetStore store = SoftTargetStore.open(file);
        SoftTargets targets = store.require(KEY)) {
      assertThat(targets.rows()).isEqualTo(ROWS);
      assertThat(targets.width()).isEqualTo(77);
      float[] two = new float[2 * 77];
      for (int row = 0; row < ROWS; row++) {
        targets.copyRow(row, two, 77);
        assertThat(Arrays.equals(targets.row(row), logits(row))).as("row %d", row).isTrue();
        assertThat(Arrays.equals(two, 77, 154, logits(row), 0, 77)).as("row %d", row).isTrue();
      }
      assertThatThrownBy(() -> targets.row(ROWS))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessage("Row 5000 of soft targets that have 5000 rows");
    }
  }

  @Test
  void readsAMatrixThatIsLargerThanItsMemory() {
    Path file = fill(folder.resolve("targets.mv"));
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      SoftTargetHeader header = store.begin(KEY, LABELS, ROWS, "1.28.0");
      SoftTargets targets = new SoftTargets(store, header, 300_000);
      for (int i = 0; i < ROWS; i++) {
        int row = (int) (i * 7919L % ROWS);
        assertThat(targets.row(row)[3]).isEqualTo(logits(row)[3]);
      }
    }
  }

  @Test
  void saysWhatItHoldsAndHowLargeItIs() throws IOException {
    Path file = fill(folder.resolve("targets.mv"));
    SoftTargetKey begun = key("another teacher", "some rows");
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      putStretch(store, store.begin(begun, LABELS, ROWS, "1.28.0"), 0);

      assertThat(store.file()).contains(file);
      assertThat(store.sizeInBytes()).isEqualTo(Files.size(file)).isGreaterThan(4L * ROWS * 77);
      assertThat(store.contents())
          .containsExactlyInAnyOrder(
              new StoredSoftTargets(KEY, LABELS, ROWS, ROWS, 4L * ROWS * 77),
              new StoredSoftTargets(begun, LABELS, ROWS, 1700, 4L * 1700 * 77));
    }
    try (SoftTargetStore memory = SoftTargetStore.inMemory()) {
      putStretch(memory, memory.begin(begun, LABELS, ROWS, "1.28.0"), 0);
      assertThat(memory.sizeInBytes()).isEqualTo(4L * 1700 * 77);
      assertThat(memory.file()).isEmpty();
      assertThat(memory.remove(begun)).isTrue();
      assertThat(memory.contents()).isEmpty();
    }
  }

  @Test
  void givesTheSpaceOfRemovedSoftTargetsBack() {
    try (SoftTargetStore store = SoftTargetStore.open(fill(folder.resolve("targets.mv")))) {
      SoftTargets targets = store.require(KEY);
      long before = store.sizeInBytes();

      assertThat(store.remove(KEY)).isTrue();

      assertThat(store.contents()).isEmpty();
      assertThat(store.find(KEY)).isEmpty();
      assertThat(store.sizeInBytes()).isLessThan(before / 20);
      assertThat(store.remove(KEY)).isFalse();
      assertFails(
          () -> targets.row(0),
          Reason.GONE,
          "The store of soft targets "
              + folder.resolve("targets.mv")
              + " no longer has the rows from 0 on of the soft targets "
              + KEY.sha256());
    }
  }

  @Test
  void saysThatItWasMadeForAnotherTeacher() {
    SoftTargetKey other = key("another teacher", "some rows");
    try (SoftTargetStore store = SoftTargetStore.open(fill(folder.resolve("targets.mv")))) {
      assertThat(store.find(other)).isEmpty();
      assertFails(
          () -> store.require(other),
          Reason.DISAGREES,
          "was made for another teacher: for these inputs it has ['logits' of teacher %s on CPU],"
                  .formatted(KEY.teacherSha256())
              + " wanted is 'logits' of teacher %s on CPU; run that teacher"
                  .formatted(other.teacherSha256()));
      SoftTargetKey otherRows = key("a teacher", "other rows");
      assertFails(
          () -> store.require(otherRows),
          Reason.DISAGREES,
          "has no soft targets for these inputs (SHA-256 %s); run the teacher"
              .formatted(otherRows.inputsSha256()));
    }
  }

  @Test
  void saysThatRowsAreStillMissing() {
    try (SoftTargetStore store = SoftTargetStore.inMemory()) {
      putStretch(store, store.begin(KEY, LABELS, ROWS, "1.28.0"), 0);
      assertFails(
          () -> store.require(KEY),
          Reason.DISAGREES,
          "has only 1700 of 5000 rows of these soft targets; run the teacher to go on");
    }
  }

  @Test
  void saysThatTheNumberOfRowsDisagrees() {
    try (SoftTargetStore store = SoftTargetStore.open(fill(folder.resolve("targets.mv")))) {
      assertFails(
          () -> store.begin(KEY, LABELS, 4999, "1.28.0"),
          Reason.DISAGREES,
          "holds these soft targets with 5000 rows with the same digest of inputs, now there are"
              + " 4999");
    }
  }

  @Test
  void saysThatItIsOpenElsewhere() {
    Path file = folder.resolve("targets.mv");
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      assertThat(store.contents()).isEmpty();
      assertFails(
          () -> SoftTargetStore.open(file),
          Reason.LOCKED,
          "The store of soft targets %s is open elsewhere, in this program or another; wait until"
                  .formatted(file)
              + " it is closed, or use another file");
    }
  }

  @Test
  void saysThatItIsClosed() {
    SoftTargetStore store = SoftTargetStore.open(fill(folder.resolve("targets.mv")));
    SoftTargets targets = store.require(KEY);
    store.close();
    store.close();
    assertFails(() -> targets.row(0), Reason.GONE, "is closed");
    assertFails(store::contents, Reason.GONE, "is closed");
  }

  @Test
  void leavesFilesThatAreNoStoresAlone() throws IOException {
    Path text = Files.writeString(folder.resolve("thesis.txt"), "Chapter one. ".repeat(2000));
    assertFails(
        () -> SoftTargetStore.open(text),
        Reason.NOT_A_STORE,
        "%s is not a store of soft targets: it is no MVStore file. Give the file another name"
            .formatted(text));
    assertThat(text).hasContent("Chapter one. ".repeat(2000));

    assertFails(
        () -> SoftTargetStore.open(folder),
        Reason.NOT_A_STORE,
        "%s is not a store of soft targets: it is a folder, expected a file".formatted(folder));

    Path other = folder.resolve("other.mv");
    edit(other, store -> store.<String, String>openMap("addresses").put("a", "b"));
    assertFails(
        () -> SoftTargetStore.open(other),
        Reason.NOT_A_STORE,
        "is not a store of soft targets: it is an MVStore of something else");
  }

  @Test
  void tellsTooNewFromTooOldFromDamagedFormats() {
    Path file = fill(folder.resolve("targets.mv"));
    edit(file, store -> formatOf(store).put("version", "2"));
    assertFails(
        () -> SoftTargetStore.open(file),
        Reason.TOO_NEW,
        "has format version 2, this library reads up to 1; use a later version of it");
    edit(file, store -> formatOf(store).put("version", "0"));
    assertFails(
        () -> SoftTargetStore.open(file),
        Reason.TOO_OLD,
        "has format version 0, this library reads from 1 on; delete it and run again");
    edit(file, store -> formatOf(store).put("version", "one"));
    assertFails(
        () -> SoftTargetStore.open(file),
        Reason.CORRUPT,
        "has the format version 'one', expected a number");
    edit(file, store -> formatOf(store).put("version", "1"));
    SoftTargetStore.open(file).close();
  }

  @Test
  void damagedHeadersAndBlocksAreErrorsNotNumbers() {
    Path file = fill(folder.resolve("targets.mv"));
    edit(file, store -> flipByte(blocksOf(store), 4L, 1234));
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      SoftTargets targets = store.require(KEY);
      assertThat(targets.row(0)).containsExactly(logits(0));
      assertFails(
          () -> targets.row(4 * 425),
          Reason.CORRUPT,
          "has a damaged block, rows 1700 to 2124 of %s; remove these soft targets, or delete the"
                  .formatted(KEY.sha256())
              + " file, and run again");
      assertThat(store.remove(KEY)).isTrue();
    }
    fill(file);
    edit(
        file,
        store -> {
          MVMap<Long, byte[]> blocks = blocksOf(store);
          blocks.put(3L, blocks.get(2L));
        });
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      SoftTargets targets = store.require(KEY);
      assertFails(() -> targets.row(3 * 425), Reason.CORRUPT, "has a damaged block");
      assertThat(store.remove(KEY)).isTrue();
    }
    fill(file);
    edit(file, store -> flipByte(headersOf(store), KEY.sha256(), 200));
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      assertFails(
          () -> store.find(KEY),
          Reason.CORRUPT,
          "has a damaged header under %s; delete the file and run again".formatted(KEY.sha256()));
    }
  }

  @Test
  void bytesThatChangedOnDiskAreErrorsNotNumbers() throws IOException {
    byte[] whole = Files.readAllBytes(fill(folder.resolve("targets.mv")));
    int noticed = 0;
    for (int at = 100; at < whole.length; at += 30_011) {
      byte[] damaged = whole.clone();
      Arrays.fill(damaged, at, Math.min(at + 64, damaged.length), (byte) 0x5A);
      noticed += errorsWhileReading(Files.write(folder.resolve("damaged.mv"), damaged));
    }
    assertThat(noticed).isGreaterThan(20);
  }

  @Test
  void aFileThatWasCutOffIsAnErrorOrHoldsLess() throws IOException {
    byte[] whole = Files.readAllBytes(fill(folder.resolve("targets.mv")));
    for (int length = 1; length < whole.length; length += 50_021) {
      errorsWhileReading(Files.write(folder.resolve("cut.mv"), Arrays.copyOf(whole, length)));
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsAnError() throws IOException {
    Path occupied = Files.writeString(folder.resolve("occupied"), "a file, no folder");
    assertFails(
        () -> SoftTargetStore.open(occupied.resolve("targets.mv")),
        Reason.NOT_WRITABLE,
        "The store of soft targets %s cannot be made (".formatted(occupied.resolve("targets.mv")));

    Path readOnly = Files.createDirectory(folder.resolve("read-only"));
    assumeFalse(!readOnly.toFile().setWritable(false) || Files.isWritable(readOnly));
    assertFails(
        () -> SoftTargetStore.open(readOnly.resolve("targets.mv")),
        Reason.NOT_WRITABLE,
        "cannot be made (the folder is read-only); choose a folder that may be written");
  }

  @Test
  void aFileThatMayNotBeWrittenIsRead() throws IOException {
    Path file = fill(folder.resolve("targets.mv"));
    assumeFalse(!file.toFile().setWritable(false) || Files.isWritable(file));
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      assertThat(store.require(KEY).row(4999)).containsExactly(logits(4999));
      assertFails(
          () -> store.begin(key("another teacher", "some rows"), LABELS, ROWS, "1.28.0"),
          Reason.NOT_WRITABLE,
          "cannot be written");
    }
  }

  @Test
  void aThreadThatWasInterruptedIsToldThatItsReadFailedAndLosesNothing() {
    Path file = fill(folder.resolve("targets.mv"));
    SoftTargetStore interrupted = SoftTargetStore.open(file);
    SoftTargets targets = interrupted.require(KEY);
    Thread.currentThread().interrupt();
    assertFails(() -> targets.row(4000), Reason.NOT_READABLE, "cannot be read");
    assertThat(Thread.interrupted()).isTrue();
    assertFails(interrupted::close, Reason.NOT_WRITABLE, "what was kept before is safe");

    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      assertThat(store.require(KEY).row(4000)).containsExactly(logits(4000));
    }
  }

  @Test
  void aFullDiskIsAnErrorAndLosesNothingThatWasKept() {
    Path file = folder.resolve("targets.mv");
    SmallDisk.register();
    try (SoftTargetStore store = SoftTargetStore.open(file, SmallDisk.SCHEME + ":" + file)) {
      SoftTargetHeader header = store.begin(KEY, LABELS, ROWS, "1.28.0");
      assertFails(
          () -> {
            for (int stretch = 0; stretch < header.layout().stretches(); stretch++) {
              putStretch(store, header, stretch);
            }
          },
          Reason.NOT_WRITABLE,
          "cannot be written (No space left on device); what was kept before is safe. Make room or"
              + " allow writing, and run again: it goes on from there");
      assertFails(
          () -> store.begin(KEY, LABELS, ROWS, "1.28.0"),
          Reason.NOT_WRITABLE,
          "No space left on device");
    }
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      SoftTargetHeader header = store.begin(KEY, LABELS, ROWS, "1.28.0");
      assertThat(store.contents().get(0).rowsKept()).isEqualTo(3400);
      assertThat(store.hasStretch(header, 0)).isTrue();
      assertThat(store.hasStretch(header, 1)).isTrue();
      assertThat(store.hasStretch(header, 2)).isFalse();
    }
  }

  private Path fill(Path file) {
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      SoftTargetHeader header = store.begin(KEY, LABELS, ROWS, "1.28.0");
      for (int stretch = 0; stretch < header.layout().stretches(); stretch++) {
        putStretch(store, header, stretch);
      }
      store.complete(header);
    }
    return file;
  }

  private static void putStretch(SoftTargetStore store, SoftTargetHeader header, int stretch) {
    int from = header.layout().from(stretch);
    int to = header.layout().to(stretch);
    float[] values = new float[(to - from) * 77];
    for (int row = from; row < to; row++) {
      System.arraycopy(logits(row), 0, values, (row - from) * 77, 77);
    }
    store.putStretch(header, stretch, values);
  }

  private static float[] logits(int row) {
    float[] logits = new float[77];
    for (int label = 0; label < 77; label++) {
      logits[label] = row + label / 128f;
    }
    return logits;
  }

  private static SoftTargetKey key(String teacher, String inputs) {
    return new SoftTargetKey(
        Sha256.ofParts(List.of(teacher)),
        "logits",
        ExecutionProvider.CPU,
        Precision.FLOAT32,
        Sha256.ofParts(List.of(inputs)));
  }

  /** Whatever happened to a file, a row that is read is right. */
  private static int errorsWhileReading(Path file) {
    int errors = 0;
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      var found = store.find(KEY);
      if (found.isEmpty()) {
        return 1;
      }
      for (int row = 0; row < ROWS; row += 425) {
        try {
          assertThat(found.get().row(row)).containsExactly(logits(row));
        } catch (SoftTargetStoreException e) {
          errors++;
        }
      }
    } catch (SoftTargetStoreException e) {
      errors++;
    }
    return errors;
  }

  private static void assertFails(ThrowingCallable action, Reason reason, String message) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            SoftTargetStoreException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(message);
  }

  private static void edit(Path file, Consumer<MVStore> change) {
    try (MVStore store = MVStore.open(file.toString())) {
      change.accept(store);
    }
  }

  private static MVMap<String, String> formatOf(MVStore store) {
    return store.openMap("format");
  }

  private static MVMap<String, byte[]> headersOf(MVStore store) {
    return store.openMap("headers", SoftTargetStore.mapOf(StringDataType.INSTANCE));
  }

  private static MVMap<Long, byte[]> blocksOf(MVStore store) {
    return store.openMap("blocks " + KEY.sha256(), SoftTargetStore.mapOf(LongDataType.INSTANCE));
  }

  private static <K> void flipByte(MVMap<K, byte[]> map, K key, int at) {
    byte[] value = map.get(key).clone();
    value[at] ^= 1;
    map.put(key, value);
  }
}
