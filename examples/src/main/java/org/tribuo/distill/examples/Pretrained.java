package org.tribuo.distill.examples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
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

  /**
   * Whether a file has the size and the CRC-32 of a resource, which a jar states without being
   * unpacked.
   */
  private static boolean isCopy(Path file, URL url) throws IOException {
    if (!Files.isRegularFile(file) || !(connection(url) instanceof JarURLConnection jar)) {
      return false;
    }
    try (JarFile archive = jar.getJarFile()) {
      JarEntry entry = jar.getJarEntry();
      return Files.size(file) == entry.getSize() && crc32(file) == entry.getCrc();
    }
  }

  private static long crc32(Path file) throws IOException {
    CRC32 checksum = new CRC32();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), checksum)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return checksum.getValue();
  }

  private static InputStream open(URL url) throws IOException {
    return connection(url).getInputStream();
  }

  private static URLConnection connection(URL url) throws IOException {
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    return connection;
  }
}
