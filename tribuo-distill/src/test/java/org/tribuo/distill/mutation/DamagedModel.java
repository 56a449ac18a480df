package org.tribuo.distill.mutation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.tribuo.Model;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.TinyModel;
import org.tribuo.test.Helpers;

/** A saved model; one that is read must predict what it predicted. */
final class DamagedModel implements DamagedInput {
  private final byte[] whole;
  private final List<Prediction<Label>> predictions;

  DamagedModel() {
    try (DistilledModel<Label> model = TinyModel.make()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      model.serializeToStream(bytes);
      whole = bytes.toByteArray();
      predictions = model.predict(TinyModel.texts());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(Path folder, SplittableRandom random) throws IOException {
    Files.write(folder.resolve("model.tribuo"), ByteDamage.damaged(whole, random));
  }

  @Override
  public void use(Path folder) throws Exception {
    try (DistilledModel<?> read = DistilledModel.read(folder.resolve("model.tribuo"))) {
      Model<Label> model = read.castModel(Label.class);
      if (!Helpers.predictionListDistributionEquals(
          model.predict(TinyModel.texts()), predictions)) {
        throw new AssertionError("it predicts something else");
      }
    }
  }
}
