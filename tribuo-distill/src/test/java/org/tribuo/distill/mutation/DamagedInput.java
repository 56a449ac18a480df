package org.tribuo.distill.mutation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** A kind of input that can be damaged in many ways, and what a program does with it. */
interface DamagedInput {
  /**
   * Writes a damaged input.
   *
   * @param folder is empty
   * @param random decides the damage, all of it
   */
  void write(Path folder, SplittableRandom random) throws IOException;

  /**
   * Uses it as a program does, and checks what comes out where that is known.
   *
   * @throws Exception what the program would be told
   */
  void use(Path folder) throws Exception;

  /** Of what a refusal has to name at least one. */
  default List<String> names(Path folder) {
    return List.of(folder.toString());
  }
}
