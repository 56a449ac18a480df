package org.tribuo.distill.examples.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @Test
  void plainWordsStayPlain() {
    assertThat(CommandLine.of("", "-c", "target/out/experiment.xml"))
        .isEqualTo("./mvnw -q -ntp compile exec:exec -Dargs=\"-c target/out/experiment.xml\"");
    assertThat(CommandLine.of("Classify", "Where is my new card?"))
        .isEqualTo(
            "./mvnw -q -ntp compile exec:exec -Dmain=Classify -Dargs=\"'Where is my new card?'\"");
  }

  static Stream<List<String>> words() {
    return Stream.of(
        List.of("--folder", "/home/ann/my results"),
        List.of("--folder", "/home/ann/Ann's results", "What's new?"),
        List.of("a \"quoted\" word", "both ' and \" in it"),
        List.of("$HOME and `date` cost 5 $", "a\\b", "hey!"),
        List.of("one, two,three", "two\nlines", "Grüße, İstanbul"),
        List.of("''", "'", "\""));
  }

  @ParameterizedTest
  @MethodSource("words")
  @DisabledOnOs(OS.WINDOWS)
  void aShellAndMavenReadWhatWasMeant(List<String> words) throws Exception {
    String command = CommandLine.of("Classify", words.toArray(String[]::new));

    String property = argumentsOf(command).get(6);

    assertThat(property).startsWith("-Dargs=");
    assertThat(mavenReads(property.substring("-Dargs=".length()))).isEqualTo(words);
  }

  /** The options of a program. */
  public static final class Folder implements Options {
    @Option(longName = "folder", usage = "any")
    public Path path = Path.of(".");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a, b", "it's \"a\" folder", "two\nlines", "a,b,", "plain"})
  void theValueOfAnOptionIsReadAsItWas(String folder) {
    Folder options = new Folder();

    new ConfigurationManager(new String[] {"--folder", CommandLine.value(folder)}, options).close();

    assertThat(options.path).isEqualTo(Path.of(folder));
  }

  /** What a shell makes of a command, each argument behind a zero byte. */
  private static List<String> argumentsOf(String command) throws IOException {
    Process shell =
        new ProcessBuilder("sh", "-c", "printf '%s\\0' " + command)
            .redirectErrorStream(true)
            .start();
    byte[] printed = shell.getInputStream().readAllBytes();
    return Arrays.asList(new String(printed, StandardCharsets.UTF_8).split("\0"));
  }

  /** As plexus-utils' CommandLineUtils does for the exec plugin. */
  private static List<String> mavenReads(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    char quote = 0;
    boolean quoted = false;
    for (char letter : line.toCharArray()) {
      if (quote != 0) {
        if (letter == quote) {
          quote = 0;
        } else {
          word.append(letter);
        }
      } else if (letter == '\'' || letter == '"') {
        quote = letter;
        quoted = true;
      } else if (letter == ' ') {
        if (quoted || word.length() > 0) {
          words.add(word.toString());
        }
        word.setLength(0);
        quoted = false;
      } else {
        word.append(letter);
      }
    }
    words.add(word.toString());
    return words;
  }
}
