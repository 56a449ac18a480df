package org.tribuo.distill.teacher.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;

/**
 * A teacher without the columns behind the first ones, as they are those of no token. They are left
 * out before anything is kept, so that none of them is among the largest.
 */
final class FirstColumns extends DelegatingTeacher {
  private final int columns;

  /**
   * @param teacher with all columns
   * @param columns how many stay
   */
  FirstColumns(SoftTargetSource teacher, int columns) {
    super(teacher);
    this.columns = columns;
  }

  @Override
  public LabelOrder labels() {
    return new LabelOrder(teacher.labels().names().subList(0, columns));
  }

  @Override
  public RowShape shape() {
    return teacher.shape().withColumns(columns);
  }

  @Override
  public SoftTargetKey keyFor(TeacherInputs rows) {
    return teacher.keyFor(rows).withFirstColumns(columns);
  }

  @Override
  public List<float[]> logits(TeacherBatch batch) {
    int[] first = IntStream.range(0, columns).toArray();
    List<float[]> all = teacher.logits(batch);
    List<float[]> cut = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      cut.add(teacher.shape().pick(all.get(i), batch.lengths()[i], first));
    }
    return cut;
  }

  @Override
  public Optional<? extends SoftTargetSource> inFloat32() {
    return teacher.inFloat32().map(exact -> new FirstColumns(exact, columns));
  }
}
