package org.tribuo.distill.internal.component;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.tribuo.distill.file.internal.FileCache;
import org.tribuo.distill.graph.OnnxModel;

/**
 * ONNX files that are read for several purposes, such as for their provenance, to be checked, and
 * to be trained: each is read once, as long as it stays what it is. Safe for many threads.
 */
public final class SharedModels {
  private static final int KEPT = 16;

  private static final FileCache<Beside> READ = new FileCache<>(KEPT, Beside::dataFiles);

  /** A model, and where its file is. */
  private record Beside(Path file, OnnxModel model) {
    static Beside read(Path file) throws IOException {
      return new Beside(file, OnnxModel.read(file));
    }

    List<Path> dataFiles() {
      return model.externalDataFiles().stream().map(file::resolveSibling).toList();
    }
  }

  private SharedModels() {}

  /**
   * The model of a file, as {@link OnnxModel#read} reads it.
   *
   * @throws IOException if the file cannot be read
   * @throws org.tribuo.distill.graph.GraphException if it is not an ONNX model
   */
  public static OnnxModel read(Path file) throws IOException {
    return READ.get(file, Beside::read).model();
  }
}
