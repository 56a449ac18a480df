package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the results go. */
public final class OutputOptions implements Options, Configurable {
  private static final String FOLDER = "folder for models, configuration and results";
  private static final String STORE =
      "folder that keeps soft targets, so that the same teacher never runs over the same texts"
          + " twice; without it soft-targets beside the teacher";

  @Config(description = FOLDER)
  @Option(longName = "output", usage = FOLDER)
  public Path folder = Path.of("target", "banking77");

  @Config(description = STORE)
  @Option(longName = "store", usage = STORE)
  public @Nullable Path store;

  /**
   * Where soft targets are kept.
   *
   * @param teacher the folder of the teacher
   */
  Path storeFolder(ResultFolder teacher) {
    return store == null ? teacher.softTargets() : store;
  }

  @Override
  public String getOptionsDescription() {
    return "Results";
  }
}
