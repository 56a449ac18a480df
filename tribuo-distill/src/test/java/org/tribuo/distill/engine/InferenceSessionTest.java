package org.tribuo.distill.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.input.TokenSequence;
import org.tribuo.distill.runtime.SessionSettings;

class InferenceSessionTest {
  private static final OnnxModel MODEL = Zoo.model("bert_seqcls_ts11");

  @Test
  void whatNobodyCanReachIsClosed() throws Exception {
    LoadedModel loaded = new LoadedModel();
    run(new InferenceSession(MODEL, SessionSettings.cpu(1), loaded));
    assertThat(loaded.session()).as("loaded by its first run").isNotNull();

    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (loaded.session() != null && System.nanoTime() < deadline) {
      System.gc();
      Thread.sleep(10);
    }

    assertThat(loaded.session()).as("closed with the session that nobody closed").isNull();
  }

  @Test
  void whatSomebodyUsesStaysOpenUntilItIsClosed() {
    LoadedModel loaded = new LoadedModel();
    try (InferenceSession session = new InferenceSession(MODEL, SessionSettings.cpu(1), loaded)) {
      run(session);
      System.gc();
      assertThat(loaded.session()).isNotNull();
      run(session);
    }
    assertThat(loaded.session()).as("at once, not when memory is collected").isNull();
  }

  private static void run(InferenceSession session) {
    TokenInputs inputs = TokenInputs.of(Graph.of(MODEL).inputs());
    session.run(inputs.batch(List.of(TokenSequence.of(1, 2, 3))), Set.of("logits"));
  }
}
