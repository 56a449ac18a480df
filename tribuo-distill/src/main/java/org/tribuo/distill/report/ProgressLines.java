package org.tribuo.distill.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Lines of text, for a task one every ten seconds: for logs, pipes and dumb terminals. */
public final class ProgressLines implements ProgressOutput {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final PrintStream out;
  private final LongSupplier nanoTime;

  /** Prints lines to a stream, which is not closed. */
  public ProgressLines(PrintStream out) {
    this(out, System::nanoTime);
  }

  ProgressLines(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  @Override
  public void line(String text) {
    out.println(text);
  }

  @Override
  public Task begin(String name, long total, String unit) {
    return new Lines(name, total, unit);
  }

  private final class Lines implements Task {
    private final String name;
    private final long total;
    private final String unit;
    private final long start = nanoTime.getAsLong();
    private long lastLine = start;

    Lines(String name, long total, String unit) {
      this.name = name;
      this.total = total;
      this.unit = unit;
    }

    @Override
    public void to(long done, String note) {
      long now = nanoTime.getAsLong();
      if (now - lastLine >= INTERVAL.toNanos() && done > 0) {
        lastLine = now;
        double perSecond = done / ((now - start) / 1e9);
        line(
            String.format(
                Locale.ROOT,
                "   %s: %,d of %,d %s, %,.0f/s, %,.0f s left%s",
                name,
                done,
                total,
                unit,
                perSecond,
                (total - done) / perSecond,
                note.isEmpty() ? "" : ", " + note));
      }
    }

    @Override
    public void close() {}
  }
}
