package org.tribuo.distill.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.distill.generation.internal.Decoding;
import org.tribuo.distill.generation.internal.GeneratingModel;
import org.tribuo.distill.generation.internal.Hypothesis;
import org.tribuo.distill.generation.internal.Prompt;
import org.tribuo.distill.generation.internal.Source;

/**
 * What a student goes on with by itself, in place of what the data have. It does not close the
 * model.
 *
 * @param model the student
 * @param sampling how tokens are drawn
 * @param stop the token with which a text ends, if there is one
 * @param maxTokens the most tokens of a text, the stop token included
 * @param maxLength how many tokens the model reads: a target is read at once, so that it is not
 *     written further than that
 * @param ofTeachers how many tokens each teacher reads, if anything limits that: a text that is
 *     read in windows of the model's length is not written further than that either, where it is
 *     less
 */
record StudentSampler(
    GeneratingModel model,
    TokenSampling sampling,
    OptionalInt stop,
    int maxTokens,
    int maxLength,
    OptionalInt ofTeachers) {
  /** So many texts are generated together. */
  private static final int PROMPTS = 64;

  /**
   * Goes on with what some examples read.
   *
   * @param examples whose outputs are not looked at
   * @param vocabulary how many tokens there are
   * @param random draws the tokens
   * @return one for each, in their order, with the same prompt, source, weight and metadata
   * @throws IllegalArgumentException if the student cannot read one
   */
  List<Example<GeneratedTokens>> sampled(
      List<Example<GeneratedTokens>> examples, int vocabulary, SplittableRandom random) {
    Decoding drawing = sampling.decoding(model, stop, random::split);
    List<Example<GeneratedTokens>> sampled = new ArrayList<>();
    for (int from = 0; from < examples.size(); from += PROMPTS) {
      List<Example<GeneratedTokens>> some =
          examples.subList(from, Math.min(examples.size(), from + PROMPTS));
      List<Prompt> prompts = some.stream().map(example -> Prompt.of(example, vocabulary)).toList();
      List<Hypothesis> drawn = drawing.generate(begun(prompts), Math.min(maxTokens, maxLength));
      for (int i = 0; i < some.size(); i++) {
        sampled.add(prompts.get(i).continued(some.get(i), tokens(drawn.get(i))));
      }
    }
    return sampled;
  }

  private List<Hypothesis> begun(List<Prompt> prompts) {
    List<Source> sources = prompts.stream().flatMap(prompt -> prompt.source().stream()).toList();
    List<Source> encoded = sources.isEmpty() ? sources : model.encoded(sources);
    return IntStream.range(0, prompts.size())
        .mapToObj(
            i ->
                Hypothesis.of(
                    encoded.isEmpty() ? Optional.empty() : Optional.of(encoded.get(i)),
                    prompts.get(i).tokens()))
        .toList();
  }

  /** What was drawn, the stop token included. */
  private GeneratedTokens tokens(Hypothesis drawn) {
    int[] generated = drawn.generated();
    if (drawn.stopped()) {
      generated = Arrays.copyOf(generated, generated.length + 1);
      generated[generated.length - 1] = stop.orElseThrow();
    }
    int longest = Math.min(maxLength, ofTeachers.orElse(maxLength));
    boolean inWindows = drawn.source().isEmpty() && longest == maxLength;
    return GeneratedTokens.of(inWindows ? generated : readable(longest, drawn, generated));
  }

  /** The last token is not read. */
  private static int[] readable(int longest, Hypothesis drawn, int... generated) {
    int room = Math.max(1, longest + 1 - drawn.given());
    return Arrays.copyOf(generated, Math.min(generated.length, room));
  }
}
