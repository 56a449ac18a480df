package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.ort.NativeLibraries.LibraryFile;

/** Native libraries of other modules, extracted from the class path as ONNX Runtime's own are. */
public final class NativeFiles {
  private NativeFiles() {}

  /**
   * Puts native libraries into one folder, or finds them there.
   *
   * @param build names the folder together with the content, such as {@code onednn-linux-x86_64}
   * @param files where each file is on the class path, by its name
   * @return the folder that holds them all
   * @throws RuntimeUnavailableException if they can be neither found nor written
   */
  public static Path extract(String build, Map<String, URL> files) {
    List<LibraryFile> libraries = new ArrayList<>();
    try {
      for (Map.Entry<String, URL> file : files.entrySet()) {
        libraries.add(
            new LibraryFile(file.getKey(), file.getValue(), Checksum.of(file.getValue())));
      }
    } catch (IOException e) {
      throw new RuntimeUnavailableException("Cannot read " + files + " from the class path", e);
    }
    return NativeFolder.provide(new NativeLibraries(build, libraries), NativeFolder.root());
  }
}
