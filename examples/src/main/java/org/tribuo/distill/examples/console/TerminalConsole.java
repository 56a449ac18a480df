package org.tribuo.distill.examples.console;

import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.tribuo.distill.report.ProgressOutput;

/** Bars with the rate and the time left; a bar is gone when its task is done. */
final class TerminalConsole implements ProgressOutput {
  private static final DecimalFormat RATE =
      new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));

  private final PrintStream out;

  TerminalConsole(PrintStream out) {
    this.out = out;
  }

  @Override
  public void line(String text) {
    out.println(text);
  }

  @Override
  public Task begin(String name, long total, String unit) {
    return new Bar(
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(total)
            .setUnit(" " + unit, 1)
            .showSpeed(RATE)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .setConsumer(new ConsoleProgressBarConsumer(out))
            .clearDisplayOnFinish()
            .build());
  }

  private record Bar(ProgressBar bar) implements Task {
    @Override
    public void to(long done, String note) {
      bar.stepTo(done);
      bar.setExtraMessage(note.isEmpty() ? "" : ", " + note);
    }

    @Override
    public void close() {
      bar.close();
    }
  }
}
