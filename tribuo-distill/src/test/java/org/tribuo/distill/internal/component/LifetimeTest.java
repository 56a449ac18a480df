package org.tribuo.distill.internal.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LifetimeTest {
  private final Lifetime lifetime = new Lifetime("The tokenizer of t.json");
  private final List<String> steps = new CopyOnWriteArrayList<>();

  private void close() {
    lifetime.close(() -> steps.add("freed"));
  }

  @Test
  void whatIsClosedIsNotUsed() {
    assertThat(lifetime.whileOpen(() -> "used")).isEqualTo("used");
    close();
    assertThatIllegalStateException()
        .isThrownBy(() -> lifetime.whileOpen(() -> steps.add("used")))
        .withMessage("The tokenizer of t.json is closed");
    close();
    assertThat(steps).containsExactly("freed", "freed");
  }

  @Test
  void closingWaitsForAUse() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Thread using =
        new Thread(
            () ->
                lifetime.whileOpen(
                    () -> {
                      begun.countDown();
                      await(end);
                      return steps.add("used");
                    }));
    using.start();
    begun.await();
    Thread closing = new Thread(this::close);
    closing.start();
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    end.countDown();
    using.join();
    closing.join();
    assertThat(steps).containsExactly("used", "freed");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
