package org.tribuo.distill.file.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {
  /** The first example of FIPS 180-2. */
  private static final String OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void bytesAndFilesHaveTheDigestOfTheStandard(@TempDir Path folder) throws IOException {
    assertThat(Sha256.ofBytes("abc".getBytes(UTF_8))).isEqualTo(OF_ABC);
    assertThat(Sha256.ofFile(Files.writeString(folder.resolve("abc"), "abc"))).isEqualTo(OF_ABC);
  }

  @Test
  void whereAPartEndsCounts() {
    assertThat(Sha256.ofParts(List.of("ab", "c"))).isNotEqualTo(Sha256.ofParts(List.of("a", "bc")));
  }

  @Test
  void whatIsNoDigestIsRefused() {
    assertThat(Sha256.check("the teacher", OF_ABC)).isEqualTo(OF_ABC);
    assertThatThrownBy(() -> Sha256.check("the teacher", "ABC"))
        .hasMessage(
            "The SHA-256 of the teacher is 'ABC', expected 64 lower-case hexadecimal digits");
  }
}
