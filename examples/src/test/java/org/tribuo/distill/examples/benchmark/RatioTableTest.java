package org.tribuo.distill.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.examples.benchmark.Measurement.Unit;

class RatioTableTest {
  private static Side side(String name, Measurement... measured) {
    Side side = new Side(name);
    List.of(measured).forEach(side::add);
    return side;
  }

  private static Measurement job(double seconds) {
    return new Measurement("main job", Unit.SECONDS, seconds);
  }

  private static Measurement targets(double rate) {
    return new Measurement("soft targets", Unit.PER_SECOND, rate);
  }

  @Test
  void theBestOfEachSideAreDivided() {
    RatioTable table =
        new RatioTable(
            List.of(
                side(
                    "ours, float32",
                    job(120),
                    job(100),
                    targets(500),
                    targets(400),
                    new Measurement("soft targets, int8", Unit.PER_SECOND, 1200),
                    new Measurement("main job, student", Unit.PERCENT, 87.25)),
                side("ours, bf16", job(60), targets(900))),
            List.of(
                side("PyTorch, float32", job(200), targets(250)),
                side("PyTorch, bf16", job(120), targets(450))));

    assertThat(table.lines())
        .containsExactly(
            "                    ours, float32  ours, bf16  PyTorch, float32  PyTorch, bf16  ratio, float32  ratio, bf16  best of ours to float32",
            "main job                  100.0 s      60.0 s           200.0 s        120.0 s            0.50         0.50                     0.30",
            "soft targets                500/s       900/s             250/s          450/s            2.00         2.00                     3.60",
            "soft targets, int8         1200/s                                                         4.80                                  4.80",
            "main job, student          87.3 %");
  }

  @Test
  void withoutPythonOurSideStandsAlone() {
    RatioTable table = new RatioTable(List.of(side("ours, float32", job(100))), List.of());
    assertThat(table.lines()).containsExactly("          ours, float32", "main job        100.0 s");
  }

  @Test
  void aMeasurementSurvivesItsLine() {
    Measurement job = job(12.5);
    assertThat(Measurement.parse(job.toJson())).contains(job);
    assertThat(Measurement.parse("Epoch 1 of 3")).isEmpty();
    assertThatThrownBy(() -> Measurement.parse("{\"what\": \"main job\"}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no measurement");
  }

  @Test
  void aProgramThatFailsIsShown() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Side side = new Side("ours, float32");
    assertThatThrownBy(() -> side.run(List.of(java, "-cp", "nowhere", "NoSuchProgram")))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("ours, float32 failed with 1:")
        .hasMessageContaining("NoSuchProgram");
  }
}
