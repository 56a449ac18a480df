package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;
import org.tribuo.distill.transformer.internal.layer.Weight;
import org.tribuo.distill.transformer.internal.layer.Weights;

/**
 * Weights of a student that training leaves as they are: the embeddings, the first layers, those
 * whose names match patterns, or all of these together. They get no gradient and no state of the
 * optimizer, nothing below the lowest trained weight is differentiated, and the student's file has
 * the same bytes for them afterwards.
 *
 * <pre>{@code
 * <component name="lower" type="org.tribuo.distill.student.FrozenWeights">
 *   <property name="embeddings" value="true"/>
 *   <property name="layers" value="2"/>
 *   <propertylist name="patterns"><item>*.attention.*.bias</item></propertylist>
 * </component>
 * }</pre>
 *
 * <p>A frozen weight is frozen wherever it is read: a table of embeddings that predicts words, too,
 * does so with the same numbers, also where the file holds it twice. Dropout stays where it is.
 * Immutable.
 */
public final class FrozenWeights
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  private static final int NAMED = 5;

  @ConfigurableName private String component = "FrozenWeights";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(description = "Whether all weights below the first layer are frozen.")
  private boolean embeddings;

  @Config(
      description =
          "How many layers are frozen, the first ones, without the embeddings. A weight that a later"
              + " layer reads too, as a table of relative positions, belongs to no layer.")
  private int layers;

  @Config(
      description =
          "Names of weights in the student's file, in which * stands for any characters and ? for"
              + " one.")
  private List<String> patterns = List.of();

  /** For OLCUT. */
  private FrozenWeights() {}

  /** Nothing: for a stage that trains what the trainer freezes. */
  public static FrozenWeights none() {
    return new FrozenWeights();
  }

  /** All weights below the first layer. */
  public static FrozenWeights embeddings() {
    return none().with(weights -> weights.embeddings = true);
  }

  /**
   * The embeddings and the first layers.
   *
   * @throws PropertyException if the number is negative
   */
  public static FrozenWeights embeddingsAndLayers(int first) {
    return embeddings().with(weights -> weights.layers = first);
  }

  /**
   * Weights by their names in the student's file.
   *
   * @param patterns in which * stands for any characters and ? for one
   * @throws PropertyException if one is blank
   */
  public static FrozenWeights named(String... patterns) {
    return none().andNamed(patterns);
  }

  /**
   * These and others by their names.
   *
   * @throws PropertyException if one is blank
   */
  public FrozenWeights andNamed(String... more) {
    List<String> all = new ArrayList<>(patterns);
    all.addAll(Arrays.asList(more));
    return with(weights -> weights.patterns = List.copyOf(all));
  }

  private FrozenWeights with(Consumer<FrozenWeights> change) {
    FrozenWeights other = new FrozenWeights();
    other.embeddings = embeddings;
    other.layers = layers;
    other.patterns = patterns;
    change.accept(other);
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    properties().checkAtLeast("layers", 0, layers);
    if (patterns.stream().anyMatch(String::isBlank)) {
      throw properties().refused("patterns", "are %s, of which one is blank".formatted(patterns));
    }
  }

  /**
   * The names of the weights in a student's graph.
   *
   * @param normalized normalised for training
   * @throws PropertyException if a pattern matches no weight, there are fewer layers or they have
   *     no weights of their own, or no weight is left to be trained
   */
  public Set<String> in(Graph normalized) {
    List<String> weights = Weights.trainable(normalized).stream().map(Weight::initializer).toList();
    Set<String> frozen = new LinkedHashSet<>();
    for (String pattern : patterns) {
      frozen.addAll(matching(pattern, weights));
    }
    if (embeddings || layers > 0) {
      frozen.addAll(lowest(normalized));
    }
    frozen.retainAll(weights);
    if (frozen.size() == weights.size()) {
      throw properties()
          .refused(
              patterns.isEmpty() ? "layers" : "patterns",
              "freeze all %d weights of the student (%s), expected one that is trained"
                  .formatted(weights.size(), listed(weights)));
    }
    return frozen;
  }

  private List<String> matching(String pattern, List<String> weights) {
    Pattern compiled = Pattern.compile(regex(pattern));
    List<String> found = weights.stream().filter(compiled.asMatchPredicate()).toList();
    if (found.isEmpty()) {
      throw properties()
          .refused(
              "patterns",
              "'%s' matches none of the %d weights of the student; the nearest are %s"
                  .formatted(
                      pattern, weights.size(), listed(NearNames.of(pattern, weights, NAMED))));
    }
    return found;
  }

  private static String regex(String pattern) {
    return pattern
        .codePoints()
        .mapToObj(Character::toString)
        .map(c -> c.equals("*") ? ".*" : c.equals("?") ? "." : Pattern.quote(c))
        .collect(Collectors.joining("", "(?s)", ""));
  }

  /** Those of the embeddings, if they are frozen, and of the first layers. */
  private Set<String> lowest(Graph normalized) {
    TransformerLayers found = find(normalized);
    String lowest = found.embeddings();
    String highest = found.hiddenState(layers);
    Set<String> ofEmbeddings = read(normalized, List.of(lowest), "");
    Set<String> ofLayers = read(normalized, List.of(highest), lowest);
    ofLayers.removeAll(read(normalized, normalized.outputs(), highest));
    ofLayers.removeAll(ofEmbeddings);
    if (layers > 0 && ofLayers.stream().noneMatch(normalized.initializers()::containsKey)) {
      throw properties()
          .refused(
              "layers",
              "is %d, but those layers have no weights of their own: later layers read all of them"
                      .formatted(layers)
                  + " too; freeze them by patterns");
    }
    Set<String> all = new LinkedHashSet<>(ofLayers);
    if (embeddings) {
      all.addAll(ofEmbeddings);
    }
    return all;
  }

  private TransformerLayers find(Graph normalized) {
    TransformerLayers found;
    try {
      found = TransformerLayers.find(normalized, normalized);
    } catch (GraphException e) {
      throw new PropertyException(
          e, component, layers > 0 ? "layers" : "embeddings", "%s".formatted(e.getMessage()));
    }
    if (layers > found.count()) {
      throw properties()
          .refused(
              "layers",
              "is %d, but the student has %d layers; expected at most that many"
                  .formatted(layers, found.count()));
    }
    return found;
  }

  /** What is read to compute some values, as far down as another value. */
  private static Set<String> read(Graph graph, Iterable<String> values, String until) {
    Set<String> read = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    values.forEach(open::push);
    while (!open.isEmpty()) {
      String value = open.pop();
      if (!value.equals(until)) {
        graph.producer(value).stream()
            .flatMap(node -> node.reads().stream())
            .filter(read::add)
            .forEach(open::push);
      }
    }
    return read;
  }

  private static String listed(List<String> names) {
    String some =
        names.stream().limit(NAMED).map("'%s'"::formatted).collect(Collectors.joining(", "));
    return names.size() > NAMED ? some + ", …" : some;
  }

  private PropertyChecks properties() {
    return new PropertyChecks(component);
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "FrozenWeights");
  }

  @Override
  public String toString() {
    return "FrozenWeights(embeddings=%s, layers=%d, patterns=%s)"
        .formatted(embeddings, layers, patterns);
  }
}
