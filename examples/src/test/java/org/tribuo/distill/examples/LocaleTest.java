package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.examples.console.ChildProgram;

/** The programs as they run for somebody whose i is not I, or who has no locale at all. */
class LocaleTest {
  private static final List<String> TURKISH =
      List.of("-Duser.language=tr", "-Duser.country=TR", "-Dfile.encoding=ISO-8859-9");

  private static final List<String> EGYPTIAN =
      List.of("-Duser.language=ar", "-Duser.country=EG", "-Dfile.encoding=ISO-8859-1");

  @TempDir Path folder;

  @Test
  void textsAndLabelsAreUtf8AndNumbersAsInPrograms() throws Exception {
    TinyExperiment experiment = TinyExperiment.in(folder);
    Path texts = folder.resolve("texts.csv");
    Files.writeString(
        texts, Files.readString(texts).replace(",card", ",İADE").replace(",pin", ",şifre"));

    String trained = run(DistillText.class, TURKISH, experiment.options("--control-epochs", "0"));

    assertThat(trained)
        .contains("Texts: 12 to learn from, 8 of them with one of 3 labels")
        .containsPattern("teacher +\\d+\\.\\d %")
        .containsPattern("Time: texts \\d+ s");
    assertThat(Files.readString(folder.resolve("out/results.csv"))).doesNotContain("٫");

    Path lines = Files.writeString(folder.resolve("lines.txt"), "kartım nerede?\nşifre\n");
    String labelled =
        run(
            Classify.class,
            EGYPTIAN,
            "--folder",
            folder.resolve("out").toString(),
            "--file",
            lines.toString());

    assertThat(labelled.lines())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).matches("(İADE|rate|şifre)\\t[01]\\.\\d{3}\\t.+"));
    assertThat(labelled).contains("\tkartım nerede?").contains("\tşifre");
  }

  private static String run(Class<?> program, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    ChildProgram child = ChildProgram.run(program, options, arguments);
    assertThat(child.status()).as(child.printed()).isZero();
    return child.printed();
  }
}
