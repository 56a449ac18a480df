package org.tribuo.distill.student.internal;

import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * A head that is yet to be trained.
 *
 * @param pooling what it reads, unless it has logits for each token
 * @param form what becomes of it
 * @param seed of its weights
 */
public record FreshHead(Pooling pooling, TaskHead.Form form, long seed) {
  /**
   * A student made of an encoder and this head.
   *
   * @param head what the task wants of it
   * @throws org.tribuo.distill.graph.GraphException if the model is no encoder, or cannot be pooled
   *     so
   */
  public Student on(Transformer encoder, Head head) {
    TaskHead fresh =
        new TaskHead(head.perToken() ? Pooling.NONE : pooling, form, head.columns().size(), seed);
    if (!head.hasOutputPerColumn()) {
      return Student.of(fresh.attach(encoder).toModel(), TaskHead.LOGITS, head);
    }
    Graph headed = fresh.attach(encoder, head.columns().names());
    return new Student(Transformer.of(headed.toModel()), head.columns().names(), head);
  }
}
