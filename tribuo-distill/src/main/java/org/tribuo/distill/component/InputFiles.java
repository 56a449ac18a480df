package org.tribuo.distill.component;

import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.MapProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.FileProvenance;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.internal.component.ModelConfiguration;
import org.tribuo.distill.internal.component.ModelFileProvenance;
import org.tribuo.distill.internal.component.SharedModels;

/**
 * Files that something was made from, or that a program reads: no output may replace them. A file
 * is the same under another name, by a symbolic or a hard link or by another path. Immutable.
 */
public final class InputFiles {
  private final Set<Path> files;

  private InputFiles(Collection<Path> files) {
    this.files = Collections.unmodifiableSet(new LinkedHashSet<>(files));
  }

  /** Some files. */
  public static InputFiles of(Collection<Path> files) {
    return new InputFiles(files);
  }

  /**
   * The files that provenances name, with what lies beside a model and is part of it: external data
   * and {@code config.json}.
   */
  public static InputFiles ofProvenance(Provenance... provenances) {
    Set<Path> files = new LinkedHashSet<>();
    for (Provenance provenance : provenances) {
      collect(provenance, files);
    }
    return new InputFiles(files);
  }

  private static void collect(Provenance provenance, Set<Path> files) {
    if (provenance instanceof FileProvenance file) {
      files.add(file.getValue().toPath());
    } else if (provenance instanceof ObjectProvenance object) {
      if (object instanceof ModelFileProvenance model) {
        files.addAll(model.filesBesideTheModel());
      }
      object.forEach(value -> collect(value.getB(), files));
    } else if (provenance instanceof ListProvenance<?> list) {
      list.getList().forEach(value -> collect(value, files));
    } else if (provenance instanceof MapProvenance<?> map) {
      map.getMap().values().forEach(value -> collect(value, files));
    }
  }

  /**
   * These files, a model, and what lies beside it and is part of it: external data and {@code
   * config.json}.
   *
   * @throws IOException if the model cannot be read
   */
  public InputFiles withModel(Path model) throws IOException {
    List<Path> all = new ArrayList<>();
    all.add(model);
    all.addAll(ModelConfiguration.places(model));
    SharedModels.read(model)
        .externalDataFiles()
        .forEach(name -> all.add(model.resolveSibling(name)));
    return with(all.toArray(Path[]::new));
  }

  /** These files and others. */
  public InputFiles with(Path... others) {
    Set<Path> all = new LinkedHashSet<>(files);
    Collections.addAll(all, others);
    return new InputFiles(all);
  }

  /**
   * The file among these that an output would replace, if there is one.
   *
   * @throws IOException if it cannot be determined whether two files are the same
   */
  public Optional<Path> replacedBy(Path output) throws IOException {
    if (!Files.exists(output)) {
      return Optional.empty();
    }
    for (Path file : files) {
      if (Files.exists(file) && Files.isSameFile(file, output)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /**
   * Refuses to write a file.
   *
   * @throws FileSystemException if it is one of these, under which name is its {@code
   *     getOtherFile()}
   * @throws IOException if it cannot be determined whether two files are the same
   */
  public void checkOutput(Path output) throws IOException {
    Optional<Path> replaced = replacedBy(output);
    if (replaced.isPresent()) {
      throw new FileSystemException(
          output.toString(), replaced.get().toString(), overwritten(output, replaced.get()));
    }
  }

  private static String overwritten(Path output, Path input) {
    return output.equals(input)
        ? "is read, and would be replaced; name another file to write to"
        : "is the same file as the second, which is read and would be replaced; name another file to"
            + " write to";
  }

  @Override
  public String toString() {
    return "InputFiles" + files;
  }
}
