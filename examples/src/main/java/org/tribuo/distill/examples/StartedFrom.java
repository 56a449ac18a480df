package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.component.InputFiles;

/**
 * The configuration files that a run was started from, which it leaves as they are.
 *
 * @param files none if the run was started from options
 * @param changed whether options changed what the files say of the experiment
 */
record StartedFrom(List<Path> files, boolean changed) {
  /** A run that was started from options alone. */
  static final StartedFrom OPTIONS = new StartedFrom(List.of(), false);

  /**
   * Finds out from what a run is started.
   *
   * @param arguments of the program
   * @param configuration that was made of them
   * @param experiment what it does, before the files that stand for others are named
   */
  static StartedFrom of(
      String[] arguments, ConfigurationManager configuration, Experiment experiment) {
    List<Path> files = files(arguments);
    return configuration
        .getConfiguredName(experiment)
        .map(name -> new StartedFrom(files, !agree(experiment, asInFiles(files, name))))
        .orElse(OPTIONS);
  }

  /** OLCUT forgets the files that it has read. */
  private static List<Path> files(String[] arguments) {
    Option option = ConfigurationManager.configFileOption;
    Set<String> names = Set.of("-" + option.charName(), "--" + option.longName());
    return IntStream.range(1, arguments.length)
        .filter(i -> names.contains(arguments[i - 1]))
        .mapToObj(i -> ConfigurationManager.parseStringList(arguments[i]))
        .flatMap(List::stream)
        .map(Path::of)
        .toList();
  }

  private static Experiment asInFiles(List<Path> files, String name) {
    try (ConfigurationManager unchanged =
        new ConfigurationManager(files.stream().map(Path::toString).toList())) {
      return (Experiment) unchanged.lookup(name);
    }
  }

  private static boolean agree(Experiment one, Experiment other) {
    try (ConfigurationManager first = alone(one);
        ConfigurationManager second = alone(other)) {
      return first.equals(second);
    }
  }

  private static ConfigurationManager alone(Experiment experiment) {
    ConfigurationManager configuration = new ConfigurationManager();
    configuration.importConfigurable(experiment, ExperimentFile.NAME);
    return configuration;
  }

  /**
   * Whether the run writes its configuration: not where it was started from that file.
   *
   * @param file where it would write it
   * @throws PropertyException if it was started from that file, but with changes
   * @throws IOException if it cannot be found out whether two files are the same
   */
  boolean leavesRoomFor(Path file) throws IOException {
    boolean same = InputFiles.of(files).replacedBy(file).isPresent();
    if (same && changed) {
      throw new PropertyException(
          "output",
          "folder",
          "%s is the configuration that this run is started from, and would be replaced by the changed one; name another folder, such as with --@%s-output.folder"
              .formatted(file, ExperimentFile.NAME));
    }
    return !same;
  }
}
