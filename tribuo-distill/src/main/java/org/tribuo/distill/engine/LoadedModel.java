package org.tribuo.distill.engine;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.GraphException;

/**
 * What ONNX Runtime has loaded of a model, or nothing. It knows nothing of whom it was loaded for,
 * so that it can be closed when nobody can reach that any more.
 */
public final class LoadedModel implements AutoCloseable {
  private final AtomicReference<@Nullable OrtSession> session = new AtomicReference<>();

  /** Null if nothing is loaded. */
  @Nullable OrtSession session() {
    return session.get();
  }

  public void keep(OrtSession opened) {
    session.set(opened);
  }

  /** Frees the native memory, if there is any. May be called twice. */
  @Override
  public void close() {
    OrtSession opened = session.getAndSet(null);
    try {
      if (opened != null) {
        opened.close();
      }
    } catch (OrtException e) {
      throw new GraphException("A session cannot be closed: %s".formatted(e.getMessage()), e);
    }
  }
}
