package org.tribuo.distill.file.internal;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What was made of the last files, as long as these have the same {@link FileVersion} and there is
 * memory for it. One that was changed less than two seconds before it was read is read again, and
 * so is each where the file system does not tell versions apart.
 *
 * <p>Thread-safe; a file that several threads ask for at once is read once.
 */
public final class FileCache<V> {
  private final Function<V, Collection<Path>> others;
  private final Map<Path, Entry<V>> known;

  /** What a file was when it was read. */
  private record Entry<V>(List<FileVersion> versions, SoftReference<V> value) {}

  /** Makes something of a file. */
  @FunctionalInterface
  public interface Reading<V> {
    V read(Path file) throws IOException;
  }

  /**
   * @param kept of how many files something is kept
   * @param others the other files that something was made of
   */
  public FileCache(int kept, Function<V, Collection<Path>> others) {
    this.others = others;
    this.known =
        new LinkedHashMap<>(kept, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Path, Entry<V>> eldest) {
            return size() > kept;
          }
        };
  }

  /**
   * What was made of a file.
   *
   * @throws IOException if it cannot be read
   */
  public V get(Path file, Reading<V> reading) throws IOException {
    return get(file, reading, Instant.now());
  }

  synchronized V get(Path file, Reading<V> reading, Instant now) throws IOException {
    Entry<V> entry = known.get(file);
    V kept = entry == null ? null : entry.value().get();
    if (entry != null && kept != null && entry.versions().equals(versions(file, kept))) {
      return kept;
    }
    known.remove(file);
    Optional<FileVersion> before = FileVersion.of(file);
    V made = reading.read(file);
    List<FileVersion> versions = versions(file, made);
    // A link that is switched while its file is read leads to one that may be old.
    if (before.equals(FileVersion.of(file))
        && versions.size() == 1 + others.apply(made).size()
        && versions.stream().allMatch(version -> version.isSettled(now))) {
      known.put(file, new Entry<>(versions, new SoftReference<>(made)));
    }
    return made;
  }

  /** Those that are known, of a file and of the others. */
  private List<FileVersion> versions(Path file, V made) throws IOException {
    List<FileVersion> versions = new ArrayList<>();
    FileVersion.of(file).ifPresent(versions::add);
    for (Path other : others.apply(made)) {
      FileVersion.of(other).ifPresent(versions::add);
    }
    return versions;
  }
}
