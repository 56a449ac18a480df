package org.tribuo.distill.generation.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.PriorityQueue;

/**
 * The likeliest of several beginnings of a text go on together. Of those that stop, the ones with
 * the highest score are kept, {@code log-likelihood / length ^ penalty}, where the length is that
 * of the generated tokens with the stop token (Wu et al. 2016, arXiv:1609.08144, in the form that
 * transformers gives it). A text is finished when as many have stopped as there are beams, and no
 * other can have a higher score any more.
 *
 * @param model that predicts
 * @param stop the token with which a text ends, if there is one
 * @param beams how many go on together, 1 or more
 * @param lengthPenalty above 0 for longer texts, below 0 for shorter ones
 */
public record BeamDecoding(NextTokenModel model, OptionalInt stop, int beams, double lengthPenalty)
    implements Decoding {
  /** A token behind one of the texts that go on; by log-likelihood, the first of equal ones. */
  private record Candidate(int beam, int token, double logLikelihood) {
    private static final Comparator<Candidate> BEST_FIRST =
        Comparator.comparingDouble((Candidate each) -> -each.logLikelihood)
            .thenComparingInt(Candidate::beam)
            .thenComparingInt(Candidate::token);
  }

  @Override
  public List<Hypothesis> generate(List<Hypothesis> begun, int maxTokens) {
    List<Beams> texts = begun.stream().map(Beams::new).toList();
    for (int step = 0; step < maxTokens; step++) {
      List<Beams> open = texts.stream().filter(text -> !text.isDone()).toList();
      if (open.isEmpty()) {
        break;
      }
      List<Continuation> found =
          model.after(open.stream().flatMap(text -> text.running.stream()).toList());
      int from = 0;
      for (Beams text : open) {
        int to = from + text.running.size();
        text.goOn(found.subList(from, to));
        from = to;
      }
    }
    return texts.stream().map(Beams::best).toList();
  }

  private double score(Hypothesis text) {
    return text.logLikelihood() / Math.pow(text.length(), lengthPenalty);
  }

  private Comparator<Hypothesis> byScore() {
    return Comparator.comparingDouble(this::score);
  }

  /** What may become of one text. */
  private final class Beams {
    private List<Hypothesis> running;
    private final List<Hypothesis> stopped = new ArrayList<>();

    /**
     * How many of those that go on are among the best, so that they may be the text as they are.
     */
    private int eligible;

    Beams(Hypothesis begun) {
      this.running = List.of(begun);
    }

    /** Whether no text that goes on can be better than all that have stopped. */
    boolean isDone() {
      if (running.isEmpty()) {
        return true;
      }
      if (stopped.size() < beams) {
        return false;
      }
      double worst = stopped.stream().mapToDouble(BeamDecoding.this::score).min().orElseThrow();
      return worst >= score(running.get(0));
    }

    /** One token further. */
    void goOn(List<Continuation> found) {
      List<Hypothesis> next = new ArrayList<>();
      List<Candidate> candidates = candidates(found);
      eligible = 0;
      for (int rank = 0; rank < candidates.size() && next.size() < beams; rank++) {
        Candidate candidate = candidates.get(rank);
        Hypothesis text = running.get(candidate.beam());
        double logProbability = candidate.logLikelihood() - text.logLikelihood();
        if (!stop.equals(OptionalInt.of(candidate.token()))) {
          next.add(
              text.then(candidate.token(), logProbability, found.get(candidate.beam()).past()));
          eligible += rank < beams ? 1 : 0;
        } else if (rank < beams) {
          keep(text.stop(logProbability));
        }
      }
      running = next;
    }

    /**
     * The best, best first: twice as many as beams, so that enough go on where others stop, or all
     * that can come.
     */
    private List<Candidate> candidates(List<Continuation> found) {
      long most = 2L * beams;
      PriorityQueue<Candidate> best = new PriorityQueue<>(Candidate.BEST_FIRST.reversed());
      for (int beam = 0; beam < found.size(); beam++) {
        float[] ofBeam = found.get(beam).logits();
        double before =
            running.get(beam).logLikelihood()
                - LogProbabilities.logSumExp(ofBeam, 0, ofBeam.length);
        for (int token = 0; token < ofBeam.length; token++) {
          double logLikelihood = before + ofBeam[token];
          boolean canCome = logLikelihood > Double.NEGATIVE_INFINITY;
          if (canCome && (best.size() < most || logLikelihood > best.element().logLikelihood())) {
            best.add(new Candidate(beam, token, logLikelihood));
            if (best.size() > most) {
              best.remove();
            }
          }
        }
      }
      return best.stream().sorted(Candidate.BEST_FIRST).toList();
    }

    private void keep(Hypothesis text) {
      stopped.add(text);
      if (stopped.size() > beams) {
        stopped.remove(stopped.stream().min(byScore()).get());
      }
    }

    /** The best of those that have stopped, and, unless it is done, of those that go on. */
    Hypothesis best() {
      List<Hypothesis> all = new ArrayList<>(stopped);
      if (!isDone()) {
        all.addAll(running.subList(0, eligible));
      }
      return all.stream().max(byScore()).orElseThrow();
    }
  }
}
