package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.io.ConfigWriterException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.provenance.ModelProvenance;

/**
 * The OLCUT configuration that reproduces a run: the experiment under {@link #NAME}, and beside it
 * the trainer and the data source of the student, as its provenance has them.
 */
final class ExperimentFile {
  /** The name of the experiment in the file. */
  static final String NAME = "experiment";

  private ExperimentFile() {}

  static void write(Path file, Experiment experiment, ModelProvenance student) throws IOException {
    ByteArrayOutputStream xml = new ByteArrayOutputStream();
    try (ConfigurationManager configuration = new ConfigurationManager()) {
      configuration.addConfiguration(ProvenanceUtil.extractConfiguration(student));
      configuration.importConfigurable(experiment, NAME);
      configuration.save(xml, "xml", true);
    } catch (ConfigWriterException e) {
      throw new IOException("The configuration cannot be written to %s".formatted(file), e);
    }
    AtomicFile.writeStream(file, xml::writeTo);
  }
}
