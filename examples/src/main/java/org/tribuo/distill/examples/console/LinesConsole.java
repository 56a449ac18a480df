package org.tribuo.distill.examples.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** A line every ten seconds: for logs, pipes and dumb terminals. */
final class LinesConsole implements Console {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final PrintStream out;
  private final LongSupplier nanoTime;

  LinesConsole(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
  }

  @Override
  public void line(String text) {
    out.println(text);
  }

  @Override
  public Progress begin(String task, long total, String unit) {
    return new Lines(task, total, unit);
  }

  private final class Lines implements Progress {
    private final String task;
    private final long total;
    private final String unit;
    private final long start = nanoTime.getAsLong();
    private long lastLine = start;

    Lines(String task, long total, String unit) {
      this.task = task;
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
                task,
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
