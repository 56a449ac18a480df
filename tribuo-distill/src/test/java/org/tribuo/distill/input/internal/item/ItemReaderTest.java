package org.tribuo.distill.input.internal.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.Example;
import org.tribuo.MutableFeatureMap;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.create.NewDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;
import org.tribuo.impl.ArrayExample;

class ItemReaderTest {
  private static final String DOMAIN = "0123abcd";
  private static final Transformer MODEL =
      Transformer.of(
          new NewDecoder(NewDecoder.Kind.ITEMS, 9, 4, 1, 4, 1, 8, SequenceForm.USUAL).make(1));
  private static final ItemReader READER = ItemReader.of(MODEL, DOMAIN, OptionalInt.empty());

  private static Example<Label> example(String names, String values) {
    return new ArrayExample<>(
        LabelFactory.UNKNOWN_LABEL,
        names.split(" "),
        List.of(values.split(" ")).stream().mapToDouble(Double::parseDouble).toArray());
  }

  @Test
  void whatItReadsIsWhatTheModelHas() {
    assertThat(READER).isEqualTo(new ItemReader(4, 9, DOMAIN));
    assertThat(ItemReader.of(MODEL, DOMAIN, OptionalInt.of(3)).maxLength()).isEqualTo(3);
    ItemHistory history = new ItemHistory(DOMAIN, new int[] {9, 1, 9});
    assertThat(READER.read(history.toExample(LabelFactory.UNKNOWN_LABEL))).isEqualTo(history);
    assertThat(READER.length(history)).isEqualTo(3);
    assertThat(READER.featureMap(new MutableFeatureMap()).keySet())
        .containsExactlyInAnyOrder(
            "item.0123abcd@00000",
            "item.0123abcd@00001",
            "item.0123abcd@00002",
            "item.0123abcd@00003");
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 50; i++) {
      READER.check(MODEL, "student", true, List.of(READER.random(random)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "item.0123abcd@00000 item.0123abcd@00002 | 1 2 | Feature 'item.0123abcd@00002' is not the only one of its position, or others before it are missing: the example has 2",
        "item.0123abcd@00000 item.ffffffff@00001 | 1 2 | Feature 'item.ffffffff@00001' is of other items than 'item.0123abcd@00000'",
        "item.0123abcd@00000 | 1.5 | Feature 'item.0123abcd@00000' is 1.5, expected the number of an item, from 1",
        "input_ids@00000 | 1 | Feature 'input_ids@00000' is not an item, expected names like 'item.0123abcd@00000'",
        "item.0123abcd@00000 item.0123abcd@00001 | 1 10 | The item at position 1 has the number 10, but the model knows 9",
        "item.ffffffff@00000 | 1 | The features are named like 'item.ffffffff@00000', but the model reads 'item.0123abcd@00000'",
        "item.0123abcd@00000 item.0123abcd@00001 item.0123abcd@00002 item.0123abcd@00003 item.0123abcd@00004 | 1 1 1 1 1 | The history has 5 items, the model reads 4",
      })
  void whatIsNoHistoryIsRefused(String names, String values, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> READER.read(example(names, values)))
        .withMessageStartingWith(message);
  }

  @Test
  void aDatasetHasItemsOfOneDomain() {
    MutableFeatureMap features = new MutableFeatureMap();
    features.add("item.0123abcd@00000", 1);
    ItemSequences modality = new ItemSequences();
    assertThat(modality.reads(features)).isTrue();
    InputReader<ItemHistory> reader = modality.reader(MODEL, features, OptionalInt.empty(), 0);
    assertThat(reader).isEqualTo(READER);
    features.add("item.ffffffff@00000", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.check(features))
        .withMessageStartingWith("The features are items of the domains [0123abcd, ffffffff]");
    features.add("other", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reader.check(features))
        .withMessageStartingWith("Feature 'other' is not an item");
  }

  @ParameterizedTest
  @CsvSource({"INT64, positions, 3", "INT32, positions, 3", "INT64, 5, 5"})
  void rowsArePaddedWithNoItem(ElementType type, String positions, int width) {
    Dimension length =
        positions.equals("positions") ? Dimension.of(positions) : Dimension.of(width);
    Feeder<ItemHistory> feeder =
        READER.feeder(
            Map.of("item_seq", TensorType.of(type, Shape.of(Dimension.of("rows"), length))));
    Tensor batch =
        feeder
            .batch(
                List.of(
                    new ItemHistory(DOMAIN, new int[] {7}),
                    new ItemHistory(DOMAIN, new int[] {1, 2, 3})))
            .get("item_seq");

    assertThat(batch.dims()).containsExactly(2, width);
    assertThat(batch.elementType()).isEqualTo(type);
    ByteBuffer first = batch.data().order(ByteOrder.LITTLE_ENDIAN);
    for (long number : new long[] {7, 0, 0}) {
      assertThat(type == ElementType.INT64 ? first.getLong() : first.getInt()).isEqualTo(number);
    }
    assertThat(feeder.tellsPadding()).isTrue();
  }

  @Test
  void badModelsAndRowsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                READER.feeder(
                    Map.of("input_ids", TensorType.of(ElementType.INT64, Shape.of(1L, 2L)))))
        .withMessageContaining("expected one alone, 'item_ids' INT64 or INT32 [rows, positions]");
    Feeder<ItemHistory> feeder =
        READER.feeder(Map.of("item_ids", TensorType.of(ElementType.INT64, Shape.of(1L, 2L))));
    ItemHistory one = new ItemHistory(DOMAIN, new int[] {1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> feeder.batch(List.of(one, one)))
        .withMessage("The batch has 2 rows, the model's input 'item_ids' takes exactly 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> feeder.batch(List.of(new ItemHistory(DOMAIN, new int[] {1, 2, 3}))))
        .withMessageStartingWith(
            "The batch has a row of 3 items, the model's input 'item_ids' takes 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> feeder.batch(List.of()))
        .withMessage("A batch has at least one row, this has none");
    ItemHistory tenth = new ItemHistory(DOMAIN, new int[] {1, 10});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> READER.check(MODEL, "teacher", false, List.of(one, tenth)))
        .withMessage(
            "Example 1 has an item with the number 10, but the teacher knows 9; teacher and student must have the same items");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                READER.check(
                    MODEL,
                    "teacher",
                    false,
                    List.of(new ItemHistory(DOMAIN, new int[] {1, 1, 1, 1, 1}))))
        .withMessageStartingWith("Example 0 has 5 items, the teacher has positions for 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ItemHistory(DOMAIN, new int[] {1, 0}))
        .withMessage("The item at position 1 has the number 0, expected one from 1");
  }
}
