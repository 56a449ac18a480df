package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own with the class path of the tests, for what happens once in a JVM's life. */
public final class ChildJvm {
  private final Process process;

  private ChildJvm(Process process) {
    this.process = process;
  }

  /**
   * Starts {@code main} with these options, such as {@code -Dname=value}. Standard output and error
   * are one stream.
   */
  public static ChildJvm start(Class<?> main, String... options) throws IOException {
    return start(System.getProperty("java.class.path"), main.getName(), options);
  }

  /**
   * As above.
   *
   * @param classPath in place of that of the tests
   * @param main the name of a class, or a file of Java
   */
  public static ChildJvm start(String classPath, String main, String... options)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"));
    command.addAll(Arrays.asList(options));
    command.addAll(List.of("-cp", classPath, main));
    return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /**
   * The class path of the tests without some jars.
   *
   * @param groupAndArtifact the folders of these jars in a Maven repository, such as {@code
   *     org/bytedeco/onnxruntime}
   */
  public static String classPathWithout(String groupAndArtifact) {
    String separator = System.getProperty("path.separator");
    List<String> entries = List.of(System.getProperty("java.class.path").split(separator));
    List<String> others =
        entries.stream()
            .filter(entry -> !entry.replace('\\', '/').contains("/" + groupAndArtifact + "/"))
            .toList();
    if (others.size() == entries.size()) {
      throw new IllegalArgumentException("no jar of " + groupAndArtifact + " in " + entries);
    }
    return String.join(separator, others);
  }

  /** Everything that it printed, once it has ended. */
  public String output() throws IOException, InterruptedException {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the child JVM did not end; it printed: " + output);
    }
    return output.strip();
  }
}
