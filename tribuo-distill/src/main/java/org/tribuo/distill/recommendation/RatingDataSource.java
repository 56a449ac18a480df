package org.tribuo.distill.recommendation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Example;
import org.tribuo.OutputFactory;
import org.tribuo.distill.input.text.TextFile;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.recommendation.internal.RatingProvenance;
import org.tribuo.distill.recommendation.internal.RatingTable;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * The items that users interacted with, one after the other, from a table whose rows name a user,
 * an item and a time: between commas as RFC 4180 has them, if the name of the file ends in {@code
 * .csv}, else between tabs. Further columns, such as a rating, are not read.
 *
 * <p>Each user is one example, whose history has the items in the order of their times, of one time
 * in that of the file. The parts of a file leave one out: of a user's items the last is to be
 * predicted for the test, the last but one for validation, and those before them are trained on.
 * Users with fewer than three items have all of them in training. A part has the users for which
 * something comes after at least one item. All parts have the items of the whole file.
 *
 * <pre>{@code
 * <component name="train" type="org.tribuo.distill.recommendation.RatingDataSource">
 *   <property name="dataPath" value="u.data"/>
 *   <propertylist name="header">
 *     <item>user</item><item>item</item><item>rating</item><item>timestamp</item>
 *   </propertylist>
 *   <property name="part" value="TRAINING"/>
 * </component>
 * }</pre>
 *
 * <p>The file is read once, when the source is made. Every pass makes new examples, which keep the
 * user's name as the metadata {@value #USER}. Safe for many threads.
 */
public final class RatingDataSource implements ConfigurableDataSource<NextItem> {
  /** The key of the user's name in the metadata of an example. */
  public static final String USER = "user";

  private static final int FEWEST_TO_LEAVE_OUT = 3;

  /** Which of a user's items are the history, and which comes next. */
  public enum Part {
    /** All but the last two items: the last of them is the next. */
    TRAINING(2),
    /** The last but one is the next. */
    VALIDATION(1),
    /** The last is the next, as in {@link #ALL}, but users with fewer than three are left out. */
    TEST(0),
    /** All items, the last of them is the next: to train a model that is to be used. */
    ALL(0);

    private final int leftOut;

    Part(int leftOut) {
      this.leftOut = leftOut;
    }

    /** How many items are known, the next among them; none if the user is left out. */
    private OptionalInt known(int items) {
      boolean few = items < FEWEST_TO_LEAVE_OUT;
      int known = few ? items : items - leftOut;
      boolean leaveOut = few && (this == VALIDATION || this == TEST);
      return leaveOut || known < 2 ? OptionalInt.empty() : OptionalInt.of(known);
    }
  }

  @ConfigurableName private String component = "RatingDataSource";

  @Config(mandatory = true, description = "The table: .csv between commas, else between tabs.")
  private Path dataPath;

  @Config(description = "The names of all columns in order; none if the first row has them.")
  private List<String> header = List.of();

  @Config(description = "The column of the user.")
  private String userColumn = "user";

  @Config(description = "The column of the item.")
  private String itemColumn = "item";

  @Config(description = "The column of the time, a number.")
  private String timeColumn = "timestamp";

  @Config(description = "Which items are the history: TRAINING, VALIDATION, TEST or ALL.")
  private Part part = Part.TRAINING;

  private Map<String, List<String>> histories = new LinkedHashMap<>();
  private NextItemFactory outputFactory;
  private ConfiguredDataSourceProvenance provenance;

  /** For OLCUT. */
  private RatingDataSource() {}

  /**
   * The histories to train on, of a file whose first row has the columns {@code user}, {@code item}
   * and {@code timestamp}.
   *
   * @throws PropertyException if the file is missing or cannot be understood
   */
  public static RatingDataSource of(Path data) {
    return of(data, List.of());
  }

  /**
   * The same of a file without such a row, as MovieLens has them.
   *
   * @param header the names of its columns, {@code user}, {@code item} and {@code timestamp} among
   *     them
   * @throws PropertyException as {@link #of(Path)}
   */
  public static RatingDataSource of(Path data, List<String> header) {
    RatingDataSource source = new RatingDataSource();
    source.dataPath = data;
    source.header = List.copyOf(header);
    source.postConfig();
    return source;
  }

  /**
   * The same of a file whose first row has other names.
   *
   * @param user the column of the user
   * @param item the column of the item
   * @param time the column of the time
   * @throws PropertyException as {@link #of(Path)}
   */
  public static RatingDataSource of(Path data, String user, String item, String time) {
    RatingDataSource source = new RatingDataSource();
    source.dataPath = data;
    source.userColumn = user;
    source.itemColumn = item;
    source.timeColumn = time;
    source.postConfig();
    return source;
  }

  /** Another part of the same file. */
  public RatingDataSource withPart(Part other) {
    RatingDataSource source = new RatingDataSource();
    source.dataPath = dataPath;
    source.header = header;
    source.userColumn = userColumn;
    source.itemColumn = itemColumn;
    source.timeColumn = timeColumn;
    source.part = other;
    source.postConfig();
    return source;
  }

  /**
   * Reads the file; OLCUT calls it.
   *
   * @throws PropertyException if it is missing or cannot be understood; it names the component and
   *     the property
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkFile("dataPath", dataPath, "a table of ratings");
    Map<String, List<String>> all = read();
    TreeSet<String> names = new TreeSet<>();
    all.values().forEach(names::addAll);
    Map<String, List<String>> known = new LinkedHashMap<>();
    all.forEach(
        (user, items) ->
            part.known(items.size()).ifPresent(count -> known.put(user, items.subList(0, count))));
    if (known.isEmpty() || names.size() < 2) {
      throw properties.refused(
          "dataPath",
          "%s has %d users and %d items, and for the part %s none has an item after another"
              .formatted(dataPath, all.size(), names.size(), part));
    }
    Items items = Items.of(names);
    histories = known;
    outputFactory = new NextItemFactory(items);
    provenance = new RatingProvenance(this, dataPath, all.size(), items);
  }

  private Map<String, List<String>> read() {
    try {
      return new RatingTable(header, userColumn, itemColumn, timeColumn)
          .read(TextFile.of(dataPath));
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "dataPath", "%s cannot be read as a table of ratings".formatted(dataPath));
    }
  }

  /** The items of the whole file. */
  public Items items() {
    return outputFactory.items();
  }

  /** The number of users that this part has. */
  public int size() {
    return histories.size();
  }

  /** The items of each user in this part, the oldest first; the last is the next one. */
  public Map<String, List<String>> histories() {
    return Collections.unmodifiableMap(histories);
  }

  @Override
  public OutputFactory<NextItem> getOutputFactory() {
    return outputFactory;
  }

  @Override
  public ConfiguredDataSourceProvenance getProvenance() {
    return provenance;
  }

  /** New examples, users in the order in which they first occur in the file. */
  @Override
  public Iterator<Example<NextItem>> iterator() {
    List<String> users = new ArrayList<>(histories.keySet());
    return users.stream().map(this::example).iterator();
  }

  private Example<NextItem> example(String user) {
    List<String> known = histories.getOrDefault(user, List.of());
    int last = known.size() - 1;
    Example<NextItem> example =
        items().toExample(known.subList(0, last), NextItem.of(known.get(last)));
    example.setMetadataValue(USER, user);
    return example;
  }

  @Override
  public String toString() {
    return "RatingDataSource(%s, part=%s)".formatted(dataPath, part);
  }
}
