package org.tribuo.distill.transformer.internal.head;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.RowShape;

/** Finds the output of a model that holds the logits, one row for each example. */
public final class LogitsOutput {
  /** What exporters call it, the surest name first. */
  private static final List<String> USUAL_NAMES = List.of("logits", "output");

  private final String model;
  private final Map<String, Optional<TensorType>> outputs;
  private final RowShape row;

  private LogitsOutput(String model, Map<String, Optional<TensorType>> outputs, RowShape row) {
    this.model = model;
    this.outputs = outputs;
    this.row = row;
  }

  /**
   * The output that was asked for, or the only one that can hold the logits, or among several that
   * can the one with a usual name.
   *
   * @param model how messages name the model
   * @param row the shape of the logits of an example
   * @throws GraphException if there is no such output, it cannot hold the logits, or several can
   */
  public static String find(String model, Graph graph, RowShape row, Optional<String> wanted) {
    Map<String, Optional<TensorType>> outputs = new LinkedHashMap<>();
    graph.outputs().forEach(name -> outputs.put(name, graph.type(name)));
    LogitsOutput search = new LogitsOutput(model, outputs, row);
    return wanted.map(search::checked).orElseGet(search::find);
  }

  /**
   * The output that holds the logits, or where columns come first, that of each column.
   *
   * @param columns the names of the columns; of those that have an output the usual names of these
   * @param wanted the outputs that were asked for: one, or one for each column
   * @throws GraphException as {@link #find}, or if there are not as many outputs as columns
   */
  public static List<String> findAll(
      String model,
      Graph graph,
      RowShape row,
      List<String> columns,
      Optional<List<String>> wanted) {
    Optional<RowShape> ofEach = row.ofEachColumn();
    if (ofEach.isEmpty()) {
      return List.of(find(model, graph, row, wanted.map(names -> names.get(0))));
    }
    List<String> names = wanted.orElse(columns);
    if (names.size() != columns.size()) {
      throw new GraphException(
          "%s is to have its logits in the outputs %s, expected %d: one each for %s"
              .formatted(model, names, columns.size(), columns));
    }
    return names.stream().map(name -> find(model, graph, ofEach.get(), Optional.of(name))).toList();
  }

  private String checked(String wanted) {
    if (!outputs.containsKey(wanted)) {
      throw new GraphException(
          "%s has no output '%s', expected one of %s".formatted(model, wanted, described()));
    }
    if (!canHoldLogits(wanted)) {
      throw new GraphException(
          "The output %s of %s cannot hold logits for %d labels, expected floats %s; name"
                  .formatted(described(wanted), model, row.columns(), row.ofRows("rows"))
              + " another output of "
              + described()
              + " or state other labels");
    }
    return wanted;
  }

  private String find() {
    List<String> candidates = outputs.keySet().stream().filter(this::canHoldLogits).toList();
    if (candidates.isEmpty()) {
      throw new GraphException(
          "%s has no output for %d labels, expected floats %s but it has %s; state as many"
                  .formatted(model, row.columns(), row.ofRows("rows"), described())
              + " labels as the model has, or give an encoder a head first"
              + (row.isRagged()
                  ? "; a language model is to be exported with logits at every position, and where it has more columns than its tokenizer has tokens, the texts are to state the vocabularySize"
                  : ""));
    }
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    return USUAL_NAMES.stream()
        .filter(candidates::contains)
        .findFirst()
        .orElseThrow(
            () ->
                new GraphException(
                    "%s has several outputs that can hold logits for %d labels: %s; name one of them"
                        .formatted(
                            model,
                            row.columns(),
                            candidates.stream().map(this::described).toList())));
  }

  /** What is not known is given the benefit of the doubt, until the first batch. */
  private boolean canHoldLogits(String output) {
    Optional<TensorType> type = outputs.getOrDefault(output, Optional.empty());
    if (type.isEmpty()) {
      return true;
    }
    return type.get().elementType().isFloat() && type.get().shape().map(row::mayBeIn).orElse(true);
  }

  private List<String> described() {
    Set<String> names = outputs.keySet();
    return names.stream().map(this::described).toList();
  }

  private String described(String output) {
    return "'%s' %s"
        .formatted(
            output,
            outputs
                .getOrDefault(output, Optional.empty())
                .map(TensorType::toString)
                .orElse("of unknown type"));
  }
}
