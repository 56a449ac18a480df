package org.tribuo.distill.report;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Where a program reports what it does, while it does it. */
public interface ProgressOutput {
  /** How far one task is. */
  interface Task extends AutoCloseable {
    /**
     * Shows that the task is so far.
     *
     * @param done of the total
     * @param note a few words beside it, or nothing
     */
    void to(long done, String note);

    /** Ends what is shown. */
    @Override
    void close();
  }

  /** Prints a line. */
  void line(String text);

  /**
   * Shows how far a task is until it is closed.
   *
   * @param name of the task
   * @param total what {@link Task#to} reaches at the end
   * @param unit what is counted, in the plural
   */
  Task begin(String name, long total, String unit);

  /** Lines of text, for a task one every ten seconds: for logs, pipes and dumb terminals. */
  final class Lines implements ProgressOutput {
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private final PrintStream out;
    private final LongSupplier nanoTime;

    /** Prints lines to a stream, which is not closed. */
    public Lines(PrintStream out) {
      this(out, System::nanoTime);
    }

    Lines(PrintStream out, LongSupplier nanoTime) {
      this.out = out;
      this.nanoTime = nanoTime;
    }

    @Override
    public void line(String text) {
      out.println(text);
    }

    @Override
    public Task begin(String name, long total, String unit) {
      return new OfTask(name, total, unit);
    }

    private final class OfTask implements Task {
      private final String name;
      private final long total;
      private final String unit;
      private final long start = nanoTime.getAsLong();
      private long lastLine = start;

      OfTask(String name, long total, String unit) {
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
}
