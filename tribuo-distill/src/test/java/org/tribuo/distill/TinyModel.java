package org.tribuo.distill;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.internal.text.TokenReader;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.OutputDomain;
import org.tribuo.distill.task.internal.SingleLabel;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.impl.EmptyTrainerProvenance;

/** A classifier as training returns it, without training, and texts to ask it. */
public final class TinyModel {
  private TinyModel() {}

  public static List<Example<Label>> texts() {
    return TinyTexts.labelled(6, 7);
  }

  public static DistilledModel<Label> make() {
    TokenFeatures tokens = new TokenFeatures(32, 101);
    MutableDataset<Label> data = TinyTexts.dataset(TinyTexts.labelled(30, 7));
    return new DistilledModel<>(
        "tiny",
        new ModelProvenance(
            DistilledModel.class.getName(),
            OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC),
            data.getProvenance(),
            new EmptyTrainerProvenance()),
        tokens.featureMap(data.getFeatureMap()),
        OutputDomain.of(new SingleLabel(), data),
        new StudentNetwork(
            Transformer.of(Zoo.model("bert_seqcls_ts11")),
            List.of("logits"),
            Head.ofExamples(LabelOrder.of("red", "blue", "green")),
            new TokenReader(tokens, 0)),
        Device.cpu(1));
  }
}
