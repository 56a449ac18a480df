package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * Where the student comes from, before it is trained. Implementations are safe for many threads,
 * and their provenance names each file that they read by its SHA-256.
 */
public interface StudentSource extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * Makes a student.
   *
   * @param head of a fresh one its columns; of one that the student comes with its shape alone
   * @param seed of weights that are drawn: the same seed gives the same weights
   * @param files reads each file once
   * @throws IOException if a file cannot be read
   * @throws org.tribuo.distill.graph.GraphException if a file holds no model that can be a student
   */
  Student make(Head head, long seed, TransformerFiles files) throws IOException;
}
