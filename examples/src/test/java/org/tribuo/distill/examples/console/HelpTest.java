package org.tribuo.distill.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HelpTest {
  /** Options of a program. */
  public static final class Outer implements Options {
    @Option(longName = "alpha", usage = "the weight of the teacher in the loss")
    public float alpha = 0.9f;

    public Inner inner = new Inner();

    @Option(longName = "a-name-that-needs-a-line-of-its-own", usage = "a switch")
    public boolean on;

    @Override
    public String getOptionsDescription() {
      return "A program";
    }
  }

  /** A group of options. */
  public static final class Inner implements Options {
    @Option(
        longName = "train",
        usage =
            "a text that is so long that it does not fit on one line beside the name, so that it is"
                + " wrapped")
    public Path train;

    @Override
    public String getOptionsDescription() {
      return "Data";
    }
  }

  @Test
  void optionsAreListedInTheirOrderGroupByGroup() {
    assertThat(Help.of(new Outer()))
        .containsExactly(
            "",
            "A program",
            "  --alpha FLOAT               the weight of the teacher in the loss [0.9]",
            "  --a-name-that-needs-a-line-of-its-own true|false",
            "                              a switch [false]",
            "",
            "Data",
            "  --train PATH                a text that is so long that it does not fit on one line beside the",
            "                              name, so that it is wrapped");
  }

  @Test
  void helpIsWantedWhereverItStands() {
    assertThat(Help.isWanted("--alpha", "1", "--help")).isTrue();
    assertThat(Help.isWanted("--alpha", "1")).isFalse();
  }
}
