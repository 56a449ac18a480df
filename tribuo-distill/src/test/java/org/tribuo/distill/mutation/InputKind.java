package org.tribuo.distill.mutation;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of inputs, and how many are damaged of each, in percent of the number that is asked
 * for.
 */
enum InputKind {
  ONNX_FIELDS(25, () -> new DamagedOnnx(true)),
  ONNX_BYTES(10, () -> new DamagedOnnx(false)),
  TOKENIZER_FIELDS(20, () -> new DamagedTokenizer(true)),
  TOKENIZER_BYTES(5, () -> new DamagedTokenizer(false)),
  CSV(10, DamagedCsv::new),
  QUESTIONS(5, DamagedQuestions::new),
  STORE(10, DamagedStore::new),
  MODEL(10, DamagedModel::new),
  XML(10, DamagedXml::new);

  private final int percent;
  private final Supplier<DamagedInput> make;
  private @Nullable DamagedInput input;

  InputKind(int percent, Supplier<DamagedInput> make) {
    this.percent = percent;
    this.make = make;
  }

  int share(int all) {
    return all * percent / 100;
  }

  /** Made once. */
  DamagedInput input() {
    DamagedInput made = input == null ? make.get() : input;
    input = made;
    return made;
  }
}
