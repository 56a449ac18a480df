package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java of the pages compiles: statements, expressions, and calls of the trainer's builder. */
class DocumentationCodeTest {
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Path PAGES = Path.of("..", "src", "site", "markdown");
  private static final Pattern CODE = Pattern.compile("(?ms)^```java\n(.*?)^```");

  /** What the pages say of in words. */
  private static final String CONTEXT =
      """
      DistillationTrainer<Label> trainer;
      Dataset<Label> labelled;
      Dataset<Label> labelledAndUnlabelled;
      StudentSource student;
      TeacherSource teacher;
      Path corpus;
      Path tokenizer;
      DistilledModel<Label> model;
      Trainer<Label> forest;
      Dataset<Label> examples;
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "training.md",
        "objectives.md",
        "tokens.md",
        "vectors.md",
        "spans.md",
        "generation.md",
        "recommendation.md",
        "embeddings.md",
        "images.md",
        "sound.md",
        "native-library.md",
        "speed.md"
      })
  void theJavaOfThePageCompiles(String page) throws IOException {
    List<String> snippets =
        CODE.matcher(Files.readString(PAGES.resolve(page)))
            .results()
            .map(found -> found.group(1))
            .toList();
    StringBuilder program = new StringBuilder(imports()).append("class Page {\n").append(CONTEXT);
    for (int i = 0; i < snippets.size(); i++) {
      program.append("void snippet%d() throws Exception {\n".formatted(i));
      program.append(statements(snippets.get(i))).append("\n}\n");
    }

    assertThat(snippets).isNotEmpty();
    assertThat(errorsOf(program.append("}\n").toString())).isEmpty();
  }

  private static String statements(String snippet) {
    String code = snippet.strip();
    if (code.endsWith(";") || code.endsWith("}")) {
      return code;
    }
    String receiver = code.startsWith(".") ? "DistillationTrainer.<Label>builder()" : "";
    return "Object value = " + receiver + code + "\n;";
  }

  private static String imports() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      Stream<String> ofTheLibrary =
          files
              .filter(file -> file.endsWith("package-info.java"))
              .map(file -> SOURCES.relativize(file.getParent()).toString().replace('/', '.'))
              .filter(name -> !(name + ".").contains(".internal."));
      return Stream.of(
              ofTheLibrary,
              Stream.of(
                  "java.nio.file",
                  "java.util",
                  "org.tribuo",
                  "org.tribuo.classification",
                  "org.tribuo.data.text",
                  "org.tribuo.data.text.impl",
                  "org.tribuo.regression",
                  "org.tribuo.sequence"))
          .flatMap(packages -> packages)
          .sorted()
          .map("import %s.*;\n"::formatted)
          .collect(Collectors.joining());
    }
  }

  private String errorsOf(String program) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    JavaFileObject source =
        new SimpleJavaFileObject(URI.create("string:///Page.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return program;
          }
        };
    List<String> options =
        List.of(
            "-proc:none",
            "-nowarn",
            "-d",
            folder.toString(),
            "-cp",
            System.getProperty("java.class.path"));
    compiler.getTask(errors, null, null, options, null, List.of(source)).call();
    return errors.toString();
  }
}
