package org.tribuo.distill.engine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

class InferenceSessionTest {
  private static final Map<String, Tensor> INPUTS = Map.of("x", Tensor.of(new float[] {1}, 1));
  private static final Set<String> OUTPUTS = Set.of("y");

  private final AtomicInteger open = new AtomicInteger();
  private final List<Device> loadedOn = new ArrayList<>();

  /** Hands its input through. */
  private class Identity implements LoadedModel {
    Identity() {
      open.incrementAndGet();
    }

    @Override
    public Signature inputs() {
      return new Signature(Map.of("x", TensorType.ofRank(ElementType.FLOAT, 1)));
    }

    @Override
    public Set<String> outputs() {
      return OUTPUTS;
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> outputs) {
      return Map.of("y", inputs.get("x"));
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private InferenceSession session() {
    return new InferenceSession(
        device -> {
          loadedOn.add(device);
          return new Identity();
        },
        Device.cpu(1));
  }

  @Test
  void theFirstRunLoadsTheModel() {
    try (InferenceSession session = session()) {
      assertThat(open).hasValue(0);
      assertThat(session.run(INPUTS, OUTPUTS)).containsEntry("y", INPUTS.get("x"));
      assertThat(session.run(INPUTS, OUTPUTS)).hasSize(1);
      assertThat(open).hasValue(1);
      assertThat(loadedOn).hasSize(1);
    }
    assertThat(open).hasValue(0);
  }

  @Test
  void aRunAfterItWasClosedLoadsTheModelAgain() {
    InferenceSession session = session();
    assertThat(session.run(INPUTS, OUTPUTS)).hasSize(1);
    session.close();
    session.close();
    assertThat(open).hasValue(0);
    assertThat(session.run(INPUTS, OUTPUTS)).hasSize(1);
    session.close();
    assertThat(loadedOn).hasSize(2);
  }

  @Test
  void theNextRunIsOnTheDeviceThatIsStated() {
    try (InferenceSession session = session()) {
      assertThat(session.run(INPUTS, OUTPUTS)).hasSize(1);
      session.runOn(Device.cpu(2));
      assertThat(open).hasValue(0);
      assertThat(session.run(INPUTS, OUTPUTS)).hasSize(1);
      assertThat(loadedOn).containsExactly(Device.cpu(1), Device.cpu(2));
      assertThat(session.device()).isEqualTo(Device.cpu(2));
    }
  }

  @Test
  void aModelThatCannotBeLoadedIsTriedAgain() {
    AtomicInteger attempts = new AtomicInteger();
    try (InferenceSession session =
        new InferenceSession(
            device -> {
              if (attempts.incrementAndGet() == 1) {
                throw new EngineException("refused");
              }
              return new Identity();
            },
            Device.cpu(1))) {
      assertThatThrownBy(() -> session.run(INPUTS, OUTPUTS)).hasMessage("refused");
      assertThat(session.run(INPUTS, OUTPUTS)).hasSize(1);
    }
  }

  @Test
  void closingWaitsForTheRunsUnderWay() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicInteger openAtTheEnd = new AtomicInteger();
    InferenceSession session =
        new InferenceSession(
            device ->
                new Identity() {
                  @Override
                  public Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> outputs) {
                    running.countDown();
                    try {
                      mayEnd.await();
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    openAtTheEnd.set(open.get());
                    return super.run(inputs, outputs);
                  }
                },
            Device.cpu(1));
    Thread run = new Thread(() -> session.run(INPUTS, OUTPUTS));
    Thread close = new Thread(session::close);
    run.start();
    running.await();
    close.start();
    while (close.getState() != Thread.State.WAITING) {
      Thread.sleep(1);
    }
    mayEnd.countDown();
    run.join();
    close.join();
    assertThat(openAtTheEnd).hasValue(1);
    assertThat(open).hasValue(0);
  }

  @Test
  void aSessionThatIsUnreachableIsClosed() throws Exception {
    assertThat(session().run(INPUTS, OUTPUTS)).hasSize(1);

    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (open.get() > 0 && System.nanoTime() < deadline) {
      System.gc();
      Thread.sleep(10);
    }

    assertThat(open).as("sessions that the caller did not close").hasValue(0);
  }

  @Test
  void aSessionInUseStaysOpen() {
    try (InferenceSession session = session()) {
      assertThat(session.run(INPUTS, OUTPUTS)).hasSize(1);
      System.gc();
      assertThat(open).hasValue(1);
      assertThat(session.run(INPUTS, OUTPUTS)).hasSize(1);
    }
  }

  @Test
  void inputsAndOutputsAreCheckedBeforeTheModelRuns() {
    try (InferenceSession session = session()) {
      assertThatThrownBy(() -> session.run(Map.of(), OUTPUTS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Input 'x' is missing, expected {x=FLOAT[?]}");
      assertThatThrownBy(() -> session.run(INPUTS, Set.of("z", "a")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The outputs [a, z] are to be computed, expected some of [y]");
    }
  }
}
