package org.tribuo.distill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.tribuo.distill.graph.OnnxModel;

/** Tiny exported Transformers of 101 tokens. */
final class Zoo {
  private Zoo() {}

  static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Zoo.class.getResource("/zoo/" + name + "/model.onnx")).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static OnnxModel model(String name) {
    try {
      return OnnxModel.read(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
