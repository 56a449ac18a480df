package org.tribuo.distill.transformer.internal.head;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Makes an encoder of texts one of pairs, with one set of weights (Reimers and Gurevych 2019,
 * Sentence-BERT, arXiv:1908.10084): its inputs get an axis for the two texts, [pairs, 2,
 * positions], which are flattened to twice as many rows before anything reads them, and a further
 * output is the cosine of both vectors. The weights keep their names.
 *
 * @param texts makes the vector of a text
 */
public record TextPairHead(EmbeddingHead texts) implements EncoderHead {
  /** The cosine of the vectors of both texts: [pairs, 1]. */
  public static final String COSINE = "pair_cosine";

  private static final Dimension PAIRS = Dimension.of("pairs");

  @Override
  public String output() {
    return COSINE;
  }

  @Override
  public Graph attachAlone(Transformer encoder) {
    Graph graph = ontoEmbedder(texts.attachAlone(encoder));
    graph.removeOutput(EmbeddingHead.TEXTS);
    return graph;
  }

  /**
   * Changes an encoder that outputs vectors of texts.
   *
   * @param embedder has the output {@link EmbeddingHead#TEXTS}
   * @return the same graph
   * @throws GraphException if an input is not [texts, positions], or fixes how many texts there are
   */
  public static Graph ontoEmbedder(Graph embedder) {
    splitInputs(embedder);
    new HeadWriter(embedder, embedder.value(EmbeddingHead.TEXTS).type())
        .cosinesOfPairs(EmbeddingHead.TEXTS, PAIRS, COSINE);
    embedder.addOutput(COSINE);
    return embedder;
  }

  /**
   * A model of texts whose inputs are those of pairs, with the outputs that it had.
   *
   * @throws GraphException as {@link #ontoEmbedder}
   */
  public static Transformer readingPairs(Transformer ofTexts) {
    Graph graph = ofTexts.graph();
    splitInputs(graph);
    return Transformer.of(graph.toModel());
  }

  private static void splitInputs(Graph graph) {
    Map<String, TensorType> inputs = new LinkedHashMap<>(graph.inputs());
    inputs.forEach((name, type) -> split(graph, name, type));
  }

  /** The nodes read what they did, of an input with an axis more. */
  private static void split(Graph graph, String input, TensorType type) {
    Shape shape = type.shape().orElse(Shape.SCALAR);
    if (shape.rank() != 2 || shape.dimension(0) instanceof Dimension.Fixed) {
      throw new GraphException(
          "The encoder's input '%s' is %s, expected [texts, positions] with any number of texts, as both texts of a pair are read at once; export it with a symbolic batch"
              .formatted(input, type));
    }
    String texts = graph.freshName(input + ".texts");
    graph.replaceUses(input, texts);
    graph.removeInput(input);
    Shape pairs = Shape.of(PAIRS, Dimension.of(2), shape.dimension(1));
    graph.addInput(input, TensorType.of(type.elementType(), pairs));
    graph.add(
        Node.ONNX,
        "Flatten",
        Attributes.NONE.with("axis", 2L),
        List.of(input),
        Map.of(texts, type));
  }

  /** Whether a model is such an encoder of pairs, with its vectors of texts. */
  public static boolean isIn(Graph graph) {
    return graph.outputs().containsAll(List.of(EmbeddingHead.TEXTS, COSINE));
  }

  /**
   * The model of texts in one whose inputs are those of pairs, without the cosines.
   *
   * @throws GraphException if something else reads an input than what flattens it
   */
  public static Transformer encoder(Transformer ofPairs) {
    Graph graph = ofPairs.graph();
    for (String input : new ArrayList<>(graph.inputs().keySet())) {
      join(graph, input);
    }
    if (isIn(graph)) {
      graph.removeOutput(COSINE);
      graph.removeUnused();
    }
    return Transformer.of(graph.toModel());
  }

  private static void join(Graph graph, String input) {
    TensorType type = graph.value(input).type();
    Set<Node> readers = Set.copyOf(graph.consumers(input));
    Node flattening = readers.stream().filter(node -> node.is("Flatten")).findFirst().orElse(null);
    if (flattening == null || readers.size() != 1) {
      throw new GraphException(
          "The input '%s' %s of pairs of texts is read by %s, expected a single Flatten that makes rows of both texts"
              .formatted(input, type, readers));
    }
    graph.remove(flattening);
    graph.removeInput(input);
    graph.replaceUses(flattening.output(), input);
    graph.addInput(
        input,
        TensorType.of(
            type.elementType(),
            Shape.of(Dimension.of("batch"), type.shape().orElseThrow().dimension(2))));
  }
}
