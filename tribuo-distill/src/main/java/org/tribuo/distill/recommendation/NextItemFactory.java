package org.tribuo.distill.recommendation;

import com.google.protobuf.Any;
import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.List;
import java.util.Map;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.NamesProto;
import org.tribuo.distill.recommendation.internal.NextItemInfo;
import org.tribuo.distill.task.internal.NamesProvenance;
import org.tribuo.protos.core.OutputFactoryProto;
import org.tribuo.provenance.OutputFactoryProvenance;

/**
 * Makes {@link NextItem}s of the items that it knows, and the domain that a dataset and a model
 * have of them: all items, including those that follow no history.
 */
public final class NextItemFactory implements OutputFactory<NextItem> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;

  @ConfigurableName private String component = "NextItemFactory";

  @Config(mandatory = true, description = "The names of all items that are ranked.")
  private List<String> items = List.of();

  private Items known = Items.of(List.of());

  /** For OLCUT. */
  private NextItemFactory() {}

  /** Makes outputs of some items. */
  public NextItemFactory(Items items) {
    this.items = items.names();
    this.known = items;
  }

  @Override
  public void postConfig() {
    known = PropertyChecks.of(this, component).check("items", () -> Items.of(items));
    if (known.size() < 2) {
      throw new PropertyException(
          component, "items", "are %d, expected two or more to rank".formatted(known.size()));
    }
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or it has kept something else
   */
  public static NextItemFactory deserializeFromProto(int version, String className, Any message) {
    NamesProto kept = SavedComponents.kept(version, className, message, NamesProto.class);
    return new NextItemFactory(Items.of(kept.getNamesList()));
  }

  @Override
  public OutputFactoryProto serialize() {
    return OutputFactoryProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(NextItemFactory.class.getName())
        .setSerializedData(Any.pack(NamesProto.newBuilder().addAllNames(known.names()).build()))
        .build();
  }

  /** The items. */
  public Items items() {
    return known;
  }

  /**
   * The item of a name; nothing, an empty text, is one that is not known.
   *
   * @param label a NextItem, or what {@code toString} says of it
   * @throws IllegalArgumentException if there is no such item
   */
  @Override
  public <V> NextItem generateOutput(V label) {
    String name = label instanceof NextItem next ? next.item() : label.toString();
    if (name.isEmpty()) {
      return NextItem.unknown();
    }
    String item = known.names().get(known.number(name) - 1);
    return label instanceof NextItem next ? next : NextItem.of(item);
  }

  @Override
  public NextItem getUnknownOutput() {
    return NextItem.unknown();
  }

  /** All items, none of which is observed yet. */
  @Override
  public MutableOutputInfo<NextItem> generateInfo() {
    return NextItemInfo.of(known);
  }

  /** The items that are mapped; their numbers are those of their names in order. */
  @Override
  public ImmutableOutputInfo<NextItem> constructInfoForExternalModel(
      Map<NextItem, Integer> mapping) {
    return NextItemInfo.of(Items.of(mapping.keySet().stream().map(NextItem::item).toList()))
        .generateImmutableOutputInfo();
  }

  @Override
  public Class<NextItem> getTypeWitness() {
    return NextItem.class;
  }

  /** Measures the first ten of a ranking. */
  @Override
  public RankingEvaluator getEvaluator() {
    return new RankingEvaluator();
  }

  @Override
  public OutputFactoryProvenance getProvenance() {
    return new NamesProvenance(NextItemFactory.class.getName(), known.size(), known.sha256());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NextItemFactory factory && known.equals(factory.known);
  }

  @Override
  public int hashCode() {
    return known.hashCode();
  }
}
