package org.tribuo.distill.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.tribuo.distill.file.AtomicFile;

/**
 * A pretrained encoder that comes in a jar.
 *
 * @param model the resource of its ONNX model
 * @param tokenizer the resource of its tokenizer.json
 */
record Pretrained(String model, String tokenizer) {
  /** BERT with 6 layers of width 384, by the sentence-transformers project; Apache-2.0. */
  static final Pretrained MINI_LM =
      new Pretrained("all-minilm-l6-v2.onnx", "all-minilm-l6-v2-tokenizer.json");

  private static final int BLOCK = 1 << 16;

  /** The model as a file in a folder, unpacked unless the same is there. */
  Path modelIn(Path folder) throws IOException {
    return unpacked(model, folder);
  }

  /** The tokenizer as a file in a folder, unpacked unless the same is there. */
  Path tokenizerIn(Path folder) throws IOException {
    return unpacked(tokenizer, folder);
  }

  private static Path unpacked(String resource, Path folder) throws IOException {
    URL url = Pretrained.class.getClassLoader().getResource(resource);
    if (url == null) {
      throw new FileNotFoundException(
          "There is no %s on the class path, expected it in the jar of the pretrained model"
              .formatted(resource));
    }
    Path file = folder.resolve(resource);
    if (!isCopy(file, url)) {
      Files.createDirectories(folder);
      try (InputStream packed = open(url)) {
        AtomicFile.writeStream(file, packed::transferTo);
      }
    }
    return file;
  }

  private static boolean isCopy(Path file, URL url) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    try (InputStream packed = open(url);
        InputStream unpacked = Files.newInputStream(file)) {
      byte[] expected;
      do {
        expected = packed.readNBytes(BLOCK);
        if (!Arrays.equals(expected, unpacked.readNBytes(BLOCK))) {
          return false;
        }
      } while (expected.length > 0);
      return true;
    }
  }

  private static InputStream open(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection.getInputStream();
  }
}
