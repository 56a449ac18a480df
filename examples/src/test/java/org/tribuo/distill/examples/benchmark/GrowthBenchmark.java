package org.tribuo.distill.examples.benchmark;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.examples.console.Program;
import org.tribuo.distill.report.TextTable;

/**
 * Times a training step of the main job's student for batches of more texts, for longer texts, and
 * for larger vocabularies, and prints what a thousand tokens take: the same where cost grows
 * linearly. Of several rounds the least is taken, since other work of the machine comes and goes.
 */
public final class GrowthBenchmark {
  private static final int VOCABULARY = 30_522;
  private static final int TEXTS = 16;
  private static final int TOKENS = 16;
  private static final int[] FACTORS = {1, 2, 4, 8};

  private final GrowthOptions options;

  private GrowthBenchmark(GrowthOptions options) {
    this.options = options;
  }

  /** The options. */
  public static final class GrowthOptions implements Options {
    @Option(longName = "threads", usage = "threads")
    public int threads = 2;

    @Option(longName = "steps", usage = "steps that are timed of each size")
    public int steps = 12;

    @Option(longName = "rounds", usage = "how often each size is timed")
    public int rounds = 3;

    @Option(longName = "precision", usage = "FLOAT32 or BFLOAT16_PRODUCTS")
    public Precision precision = Precision.FLOAT32;

    @Option(longName = "plot", usage = "a PNG file for the plot; without it there is none")
    public @Nullable Path plot;

    @Override
    public String getOptionsDescription() {
      return "Times a training step of growing batches, texts and vocabularies.";
    }
  }

  /** What grows, from the smallest to the largest. */
  private record Series(String what, List<RandomEncoder> sizes, double[] milliseconds) {
    static Series of(String what, IntFunction<RandomEncoder> byFactor) {
      List<RandomEncoder> sizes = new ArrayList<>();
      for (int factor : FACTORS) {
        sizes.add(byFactor.apply(factor));
      }
      double[] none = new double[sizes.size()];
      Arrays.fill(none, Double.POSITIVE_INFINITY);
      return new Series(what, sizes, none);
    }

    double[] tokens() {
      return sizes.stream().mapToDouble(Series::tokens).toArray();
    }

    static double tokens(RandomEncoder size) {
      return size.batch() * size.tokens();
    }
  }

  /** Runs the benchmark; see {@code --help}. */
  public static void main(String[] arguments) {
    Program.run(
        arguments,
        new GrowthOptions(),
        (options, configuration) -> {
          Program.refuseTexts(configuration);
          new GrowthBenchmark(options).run();
        });
  }

  private void run() throws IOException {
    List<Series> all =
        List.of(
            Series.of("more texts", factor -> encoder(VOCABULARY, TEXTS * factor, TOKENS)),
            Series.of("longer texts", factor -> encoder(VOCABULARY, TEXTS, TOKENS * factor)),
            Series.of(
                "a larger vocabulary",
                factor -> encoder(VOCABULARY * factor / 4, 2 * TEXTS, TOKENS)));
    Device device = Device.cpu(options.threads).withPrecision(options.precision);
    for (int round = 0; round < options.rounds; round++) {
      for (Series series : all) {
        for (int i = 0; i < series.sizes.size(); i++) {
          series.milliseconds[i] =
              Math.min(
                  series.milliseconds[i],
                  series.sizes.get(i).step(options.steps, device, Optional.empty()));
        }
      }
    }
    table(all).forEach(System.out::println);
    if (options.plot != null) {
      plot(all.subList(0, 2), options.plot);
    }
  }

  private static RandomEncoder encoder(int vocabulary, int texts, int tokens) {
    return new RandomEncoder(vocabulary, 2, 384, texts, tokens);
  }

  private static List<String> table(List<Series> all) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "texts", "tokens", "vocabulary", "a step", "for 1,000 tokens"));
    for (Series series : all) {
      for (int i = 0; i < series.sizes.size(); i++) {
        RandomEncoder size = series.sizes.get(i);
        double milliseconds = series.milliseconds[i];
        rows.add(
            List.of(
                series.what,
                Integer.toString(size.batch()),
                Integer.toString(size.tokens()),
                String.format(Locale.ROOT, "%,d", size.vocabulary()),
                String.format(Locale.ROOT, "%.0f ms", milliseconds),
                String.format(Locale.ROOT, "%.0f ms", 1000 * milliseconds / Series.tokens(size))));
      }
    }
    return new TextTable(rows).lines();
  }

  private static void plot(List<Series> all, Path file) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(640)
            .height(400)
            .xAxisTitle("tokens in a batch")
            .yAxisTitle("milliseconds a step")
            .build();
    chart.getStyler().setXAxisMin(0.0).setYAxisMin(0.0).setLegendPosition(LegendPosition.InsideNW);
    for (Series series : all) {
      chart.addSeries(series.what, series.tokens(), series.milliseconds);
    }
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
  }
}
