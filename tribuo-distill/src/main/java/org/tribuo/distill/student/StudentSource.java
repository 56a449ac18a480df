package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;

/**
 * Where the student comes from, before it is trained. Implementations are safe for many threads,
 * and their provenance names each file that they read by its SHA-256.
 */
public interface StudentSource extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * Makes a student.
   *
   * @param request what it is made for
   * @throws IllegalArgumentException if examples are needed and there are none
   * @throws IOException if a file cannot be read
   * @throws org.tribuo.distill.graph.GraphException if a file holds no model that can be a student
   */
  Student make(StudentRequest request) throws IOException;
}
