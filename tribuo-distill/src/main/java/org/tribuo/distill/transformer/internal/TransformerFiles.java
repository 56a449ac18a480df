package org.tribuo.distill.transformer.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.internal.component.SharedModels;

/**
 * The Transformers of one training by their files: each file is read once, and analysed once for
 * all who use it. Safe for many threads.
 */
public final class TransformerFiles {
  private final Map<Path, Transformer> read = new HashMap<>();

  /**
   * The Transformer of a file; its external data is mapped, and must stay in place while it is in
   * use.
   *
   * @throws IOException if the file cannot be read
   * @throws org.tribuo.distill.graph.GraphException if it is not an ONNX model
   */
  public synchronized Transformer read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(
          file.toString(),
          null,
          "There is no such file any more; put it back, or name another one in the component that has this path");
    }
    Path real = file.toRealPath();
    Transformer known = read.get(real);
    return known == null ? analysed(real, SharedModels.read(file)) : known;
  }

  /**
   * As {@link #read}, if the file may have changed since: then it is read again.
   *
   * @throws IOException if the file cannot be read
   */
  public synchronized Transformer readIfChanged(Path file) throws IOException {
    Path real = file.toRealPath();
    OnnxModel model = SharedModels.read(file);
    Transformer known = read.get(real);
    return known != null && known.model() == model ? known : analysed(real, model);
  }

  private Transformer analysed(Path real, OnnxModel model) {
    Transformer made = Transformer.of(model);
    read.put(real, made);
    return made;
  }
}
