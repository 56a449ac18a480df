package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.internal.CachedModel;
import org.tribuo.distill.generation.internal.EncodedModel;
import org.tribuo.distill.generation.internal.GeneratingModel;
import org.tribuo.distill.generation.internal.WholeModel;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modalities;
import org.tribuo.distill.input.internal.Modality;
import org.tribuo.distill.input.internal.text.SourceAndTarget;
import org.tribuo.distill.input.internal.text.Tokens;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.LogitsOutput;

/**
 * The file of a model that generates texts: a language model, or an encoder-decoder.
 *
 * @param properties of the component that names it
 * @param file that is read
 * @param owner what has the vocabulary, as messages call it: the path of a tokenizer, say
 * @param vocabulary the tokens of the model
 */
record LanguageModelFile(
    PropertyChecks properties, ModelFile file, String owner, Vocabulary vocabulary) {
  /**
   * A model that is ready to generate.
   *
   * @param maxLength how many tokens of a text, or of a target, it reads
   * @param hasSource whether it is an encoder-decoder
   */
  record Opened(GeneratingModel model, int maxLength, boolean hasSource) {}

  /**
   * Reads the file; ONNX Runtime loads it at the first text.
   *
   * @throws PropertyException if the model reads something else than tokens, or the tokenizer is of
   *     another one
   * @throws GraphException if it has no such logits
   * @throws IOException if it cannot be read
   */
  Opened open(Device device) throws IOException {
    Transformer model = Transformer.of(file.read());
    Modality<?> modality = modality(model);
    boolean hasSource = modality instanceof SourceAndTarget;
    StudentNetwork network = network(model, modality);
    return new Opened(
        generating(network, hasSource, device), network.reader().maxLength(), hasSource);
  }

  /** What computes least of those that can run the model. */
  private static GeneratingModel generating(
      StudentNetwork network, boolean hasSource, Device device) {
    if (network.reader().feeder(network.inputs()).fixedSteps().isPresent()) {
      return new WholeModel(network, device);
    }
    StudentNetwork ofLastStep = network.ofLastStep();
    Optional<? extends GeneratingModel> found =
        hasSource
            ? EncodedModel.of(ofLastStep, SourceAndTarget.decoderInputs(network.inputs()), device)
            : CachedModel.of(network, device).or(() -> CachedModel.making(network, device));
    return found.isPresent() ? found.get() : new WholeModel(ofLastStep, device);
  }

  /** What the model reads: a text, or a source and its target. */
  private Modality<?> modality(Transformer model) {
    Map<String, TensorType> inputs = model.graph().inputs();
    Modality<?> modality = properties.check("path", () -> Modalities.of(inputs));
    if (!(modality instanceof Tokens || modality instanceof SourceAndTarget)) {
      throw properties.refused(
          "path",
          "the model '%s' has the inputs %s, expected input_ids, and of an encoder-decoder decoder_input_ids"
              .formatted(file.path(), inputs.keySet()));
    }
    return modality;
  }

  /** The model, of which the logits after the last token are wanted. */
  private StudentNetwork network(Transformer model, Modality<?> modality) {
    InputReader<?> reader =
        modality.readerOfTrained(
            model,
            OnnxMetadata.maxLength(model.model()),
            OnnxMetadata.padId(model.model()).orElse(0));
    Head head =
        Head.ofSteps(
            new LabelOrder(columns(model, vocabulary.names()).orElseGet(() -> enlarged(model))));
    String logits =
        LogitsOutput.find(
            "The model '%s'".formatted(file.path()),
            model.graph(),
            head.row(),
            OnnxMetadata.logits(model.model()));
    return new StudentNetwork(model, List.of(logits), head, reader);
  }

  /** The tokens that the file names, if it does. */
  private Optional<List<String>> columns(Transformer model, List<String> known) {
    Optional<List<String>> named = OnnxMetadata.labelOrder(model.model());
    named.ifPresent(
        names -> {
          if (names.size() < known.size() || !names.subList(0, known.size()).equals(known)) {
            throw properties.refused(
                "tokenizer",
                "%s has %d tokens, and %s predicts %d others; state the tokenizer of the model"
                    .formatted(owner, known.size(), file.path(), names.size()));
          }
        });
    return named;
  }

  /** As many as the logits have, whose table may be larger than the vocabulary. */
  private List<String> enlarged(Transformer model) {
    Graph graph = model.graph();
    int columns =
        graph.outputs().stream()
            .flatMap(output -> graph.type(output).flatMap(TensorType::shape).stream())
            .filter(shape -> shape.rank() == 3)
            .flatMap(shape -> Optional.of(shape.dimension(2)).stream())
            .filter(Dimension.Fixed.class::isInstance)
            .mapToInt(last -> Math.toIntExact(((Dimension.Fixed) last).size()))
            .filter(size -> size >= vocabulary.size())
            .min()
            .orElse(vocabulary.size());
    return vocabulary.enlargedTo(columns).names();
  }
}
