package org.tribuo.distill.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.teacher.internal.store.TinyStore;

/** A store of soft targets; what it gives out must be what was put into it. */
final class DamagedStore implements DamagedInput {
  private final byte[] whole;

  DamagedStore() {
    try {
      Path folder = Files.createTempDirectory("store");
      Path file = TinyStore.write(folder);
      whole = Files.readAllBytes(file);
      Files.delete(file);
      Files.delete(folder.resolve(FolderLock.FILE));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(Path folder, SplittableRandom random) throws IOException {
    Files.write(TinyStore.file(folder), ByteDamage.damaged(whole, random));
  }

  @Override
  public void use(Path folder) {
    TinyStore.read(folder);
  }
}
