package org.tribuo.distill.examples.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.report.TextTable;

/**
 * The sides beside each other: a column for each, then what each of ours is of PyTorch's. Of times
 * and memory that is less than 1 where ours is better, of rates more.
 *
 * @param ours this library's sides, the first in float32
 * @param peers PyTorch's, in the order of ours; none if there is no Python
 */
record RatioTable(List<Side> ours, List<Side> peers) {
  /** What is compared with something of another name. */
  private static final Map<String, String> COMPARED_WITH =
      Map.of(EncoderSteps.INT8_TARGETS, EncoderSteps.TARGETS);

  private static final String NOTHING = "";

  /** The lines of the table. */
  List<String> lines() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(header());
    Set<String> measured = new LinkedHashSet<>();
    ours.forEach(side -> measured.addAll(side.best().keySet()));
    measured.forEach(what -> rows.add(row(what)));
    return new TextTable(rows).lines();
  }

  private List<String> header() {
    List<String> cells = new ArrayList<>();
    cells.add(NOTHING);
    ours.forEach(side -> cells.add(side.name()));
    peers.forEach(side -> cells.add(side.name()));
    for (int i = 0; i < ours.size() && !peers.isEmpty(); i++) {
      cells.add("ratio, " + ours.get(i).name().replaceFirst("ours, ", NOTHING));
    }
    if (!peers.isEmpty()) {
      cells.add("best of ours to float32");
    }
    return cells;
  }

  private List<String> row(String what) {
    List<String> cells = new ArrayList<>();
    cells.add(what);
    ours.forEach(side -> cells.add(shown(side, what)));
    peers.forEach(side -> cells.add(shown(side, what)));
    for (int i = 0; i < ours.size() && !peers.isEmpty(); i++) {
      cells.add(ratio(of(ours.get(i), what), peer(i, what)));
    }
    if (!peers.isEmpty()) {
      Optional<Measurement> best =
          ours.stream().flatMap(side -> of(side, what).stream()).reduce(Measurement::better);
      cells.add(ratio(best, peer(0, what)));
    }
    return cells;
  }

  private Optional<Measurement> peer(int precision, String what) {
    return of(peers.get(precision), Objects.requireNonNull(COMPARED_WITH.getOrDefault(what, what)));
  }

  private static Optional<Measurement> of(Side side, String what) {
    return Optional.ofNullable(side.best().get(what));
  }

  private static String shown(Side side, String what) {
    return of(side, what).map(Measurement::shown).orElse(NOTHING);
  }

  private static String ratio(Optional<Measurement> ours, Optional<Measurement> peer) {
    return ours.isPresent() && peer.isPresent() && ours.get().unit().hasRatio()
        ? String.format(Locale.ROOT, "%.2f", ours.get().value() / peer.get().value())
        : NOTHING;
  }
}
