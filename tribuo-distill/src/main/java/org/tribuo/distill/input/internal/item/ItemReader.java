package org.tribuo.distill.input.internal.item;

import com.google.protobuf.Any;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.tribuo.CategoricalInfo;
import org.tribuo.Example;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.VariableInfo;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.internal.component.PositionException;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.internal.protos.ItemReaderProto;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;

/**
 * How one model reads items.
 *
 * @param positions the maximum number of items of a row
 * @param items how many the model knows: numbers are from 1 to this
 * @param domain of the items; {@link #ANY_DOMAIN} where only the names of the outputs say
 */
record ItemReader(int positions, int items, String domain) implements InputReader<ItemHistory> {
  /** The domain is not known. */
  static final String ANY_DOMAIN = "";

  /** The maximum length where neither the model nor the caller limits it. */
  private static final int USUAL_LENGTH = 200;

  /** The longest random row. */
  private static final int LONGEST = 16;

  /**
   * @throws IllegalArgumentException if a number is below 1, or there are too many positions
   */
  ItemReader {
    if (positions < 1 || positions > ItemHistory.MAX_LENGTH || items < 1) {
      throw new IllegalArgumentException(
          "A model reads %d items of %d, expected 1 to %d of at least 1"
              .formatted(positions, items, ItemHistory.MAX_LENGTH));
    }
  }

  /**
   * How a model reads items, by its tables and its input.
   *
   * @param maxLength that is wanted; empty for what the model can read
   * @throws IllegalArgumentException if more is wanted than the model has positions for
   */
  static ItemReader of(Transformer model, String domain, OptionalInt maxLength) {
    OptionalInt most = positions(model);
    if (most.isPresent() && maxLength.orElse(0) > most.getAsInt()) {
      throw new IllegalArgumentException(
          "maxLength is %d items, but the model has positions for %d"
              .formatted(maxLength.getAsInt(), most.getAsInt()));
    }
    OptionalInt stated = OnnxMetadata.maxLength(model.model());
    return new ItemReader(
        maxLength.orElseGet(() -> most.orElse(stated.orElse(USUAL_LENGTH))), items(model), domain);
  }

  private static OptionalInt positions(Transformer model) {
    return Stream.of(
            model.embeddings().maxPositions(), ItemFeeder.of(model.graph().inputs()).fixedLength())
        .flatMapToLong(OptionalLong::stream)
        .mapToInt(most -> (int) Math.min(most, ItemHistory.MAX_LENGTH))
        .min();
  }

  /** Row 0 of a table is that of padding. */
  private static int items(Transformer model) {
    EmbeddingTables tables = model.embeddings();
    OptionalLong rows = tables.rows(ItemFeeder.of(model.graph().inputs()).name());
    return rows.isPresent() ? Math.toIntExact(rows.getAsLong() - 1) : Integer.MAX_VALUE;
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or the numbers are out of range
   */
  public static ItemReader deserializeFromProto(int version, String className, Any message) {
    ItemReaderProto kept = SavedComponents.kept(version, className, message, ItemReaderProto.class);
    return new ItemReader(kept.getPositions(), kept.getItems(), kept.getDomain());
  }

  @Override
  public ComponentProto serialize() {
    return SavedComponents.write(
        ItemReader.class,
        ItemReaderProto.newBuilder()
            .setPositions(positions)
            .setItems(items)
            .setDomain(domain)
            .build());
  }

  @Override
  public void check(FeatureMap features) {
    checkDomain(domain(features));
  }

  /**
   * The domain of the items of a dataset.
   *
   * @throws IllegalArgumentException if a feature is not an item, or they are of several domains
   */
  static String domain(FeatureMap features) {
    Set<String> domains = new TreeSet<>();
    for (String name : features.keySet()) {
      if (!ItemHistory.isItem(name)) {
        throw new IllegalArgumentException(
            "Feature '%s' is not an item, expected names like '%s'; make the examples with RatingDataSource, and train without a HashingTrainer"
                .formatted(name, ItemHistory.name("0123abcd", 0)));
      }
      domains.add(ItemHistory.domainOf(name));
    }
    if (domains.size() != 1) {
      throw new IllegalArgumentException(
          "The features are items of the domains %s, expected one: read all examples from one file, or with the items of one"
              .formatted(domains));
    }
    return domains.iterator().next();
  }

  private void checkDomain(String other) {
    if (!domain.equals(ANY_DOMAIN) && !domain.equals(other)) {
      throw new IllegalArgumentException(
          "The features are named like '%s', but the model reads '%s': it has other items, or numbers them otherwise; make the examples with the items of its own dataset, as ItemRanker does"
              .formatted(ItemHistory.name(other, 0), ItemHistory.name(domain, 0)));
    }
  }

  @Override
  public ItemHistory read(Example<?> example) {
    ItemHistory history = ItemHistory.of(example);
    checkDomain(history.domain());
    if (history.length() > positions) {
      throw new IllegalArgumentException(
          "The history has %d items, the model reads %d".formatted(history.length(), positions));
    }
    for (int i = 0; i < history.length(); i++) {
      if (history.number(i) > items) {
        throw new PositionException(
            i,
            "The item at position %d has the number %d, but the model knows %d; is it the model of these items?"
                .formatted(i, history.number(i), items));
      }
    }
    return history;
  }

  @Override
  public int length(ItemHistory value) {
    return value.length();
  }

  @Override
  public void digest(ItemHistory value, MessageDigest into) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + value.length()));
    bytes.putInt(value.length());
    for (int i = 0; i < value.length(); i++) {
      bytes.putInt(value.number(i));
    }
    into.update(bytes.flip());
  }

  @Override
  public ItemFeeder feeder(Map<String, TensorType> inputs) {
    return ItemFeeder.of(inputs);
  }

  @Override
  public void check(Transformer model, String whose, boolean own, List<ItemHistory> values) {
    int most = positions(model).orElse(ItemHistory.MAX_LENGTH);
    int known = items(model);
    for (int row = 0; row < values.size(); row++) {
      ItemHistory history = values.get(row);
      if (history.length() > most) {
        throw new ExampleException(
            row,
            "has %d items, the %s has positions for %d; set the batching's maxLength to that"
                .formatted(history.length(), whose, most));
      }
      for (int i = 0; i < history.length(); i++) {
        if (history.number(i) > known) {
          throw new ExampleException(
              row,
              OptionalInt.of(i),
              "has an item with the number %d, but the %s knows %d; teacher and student must have the same items"
                  .formatted(history.number(i), whose, known));
        }
      }
    }
  }

  @Override
  public Optional<ItemHistory> beginning(ItemHistory value, int length) {
    return Optional.of(value.part(0, length));
  }

  @Override
  public ItemHistory random(SplittableRandom random) {
    int length = random.nextInt(1, Math.min(positions, LONGEST) + 1);
    int[] numbers = random.ints(length, 1, (int) Math.min(items + 1L, Integer.MAX_VALUE)).toArray();
    return new ItemHistory(domain, numbers);
  }

  /** A feature for each position; none where the domain is not known. */
  @Override
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    List<VariableInfo> infos = new ArrayList<>();
    for (int i = 0; i < positions && !domain.equals(ANY_DOMAIN); i++) {
      String name = ItemHistory.name(domain, i);
      VariableInfo known = observed.get(name);
      infos.add(known == null ? new CategoricalInfo(name) : known);
    }
    return new ImmutableFeatureMap(infos);
  }

  @Override
  public int maxLength() {
    return positions;
  }
}
