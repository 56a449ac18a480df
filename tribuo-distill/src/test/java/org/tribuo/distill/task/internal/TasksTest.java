package org.tribuo.distill.task.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.protos.ProtoUtil;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.test.MockOutputFactory;

class TasksTest {
  @Test
  void theOutputsOfADatasetTellItsTask() {
    assertThat(Tasks.of(new LabelFactory())).isEqualTo(new SingleLabel());
    assertThat(Tasks.of(new MultiLabelFactory())).isEqualTo(new MultipleLabels());
    assertThat(Tasks.of(new RegressionFactory())).isEqualTo(new Regression());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tasks.of(new MockOutputFactory()))
        .withMessageContaining("MockOutputFactory cannot be learnt");
  }

  @Test
  void aTaskIsReadAsItWasSaved() {
    for (Task<?> task : List.of(new SingleLabel(), new MultipleLabels(), new Regression())) {
      ComponentProto saved = task.serialize();
      assertThat((Object) ProtoUtil.deserialize(saved)).isEqualTo(task);
    }
  }
}
