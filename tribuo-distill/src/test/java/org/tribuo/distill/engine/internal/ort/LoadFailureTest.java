package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadFailureTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "LINUX_X86_64 | /c/libonnxruntime.so: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34'"
            + " not found (required by /c/libonnxruntime.so) | glibc 2.34",
        "LINUX_ARM64 | /lib64/libstdc++.so.6: version `GLIBCXX_3.4.30' not found | libstdc++ 3.4.30",
        "LINUX_X86_64 | Error loading shared library ld-linux-x86-64.so.2: No such file | glibc 2.34",
        "MACOSX_ARM64 | (built for macOS 15.0 which is newer than running OS) | macOS 15 or later",
        "WINDOWS_X86_64 | C:\\\\onnxruntime.dll: Can't find dependent libraries | Visual C++ runtime",
      })
  void whatTheSystemLacksIsNamed(Platform platform, String reason, String needed) {
    assertThat(new LoadFailure(platform, reason).remedy())
        .startsWith("The library for " + platform.classifier() + " needs ")
        .contains(needed)
        .contains("and this system does not have that: use a newer one, or name a build")
        .contains("-Donnxruntime.native.path=");
  }

  @Test
  void anotherReasonMayBeTheFolder() {
    assertThat(new LoadFailure(Platform.LINUX_X86_64, "failed to map segment").remedy())
        .contains("needs glibc 2.34")
        .contains("no noexec mount")
        .doesNotContain("does not have that");
  }

  /** Each platform that the code knows is brought by the build on it, but for the usual one. */
  @Test
  void theBuildHasAProfileForEachPlatform() throws IOException {
    Set<String> stated =
        Pattern.compile("<onnxruntime.platform>(.+?)</onnxruntime.platform>")
            .matcher(Files.readString(Path.of("..", "pom.xml")))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toSet());

    assertThat(stated)
        .isEqualTo(
            Stream.of(Platform.values()).map(Platform::classifier).collect(Collectors.toSet()));
    String page = Files.readString(Path.of("..", "src", "site", "markdown", "native-library.md"));
    for (Platform platform : Platform.values()) {
      assertThat(page).contains("`%s`".formatted(platform.classifier())).contains(platform.needs());
    }
  }
}
