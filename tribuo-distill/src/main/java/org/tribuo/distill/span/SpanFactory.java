package org.tribuo.distill.span;

import com.google.protobuf.Any;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.distill.internal.component.PlainFactoryProvenance;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.span.internal.SpanInfo;
import org.tribuo.protos.core.OutputFactoryProto;
import org.tribuo.provenance.OutputFactoryProvenance;

/** Makes {@link Span}s, and what Tribuo knows of those of a dataset: how many answers there are. */
public final class SpanFactory implements OutputFactory<Span> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;

  private static final Pattern ANSWER = Pattern.compile("(?s)([0-9]{1,9})-([0-9]{1,9}):(.*)");

  /** For OLCUT, and for datasets in Java. */
  public SpanFactory() {}

  /** Reads what was saved; Tribuo calls this by name. */
  public static SpanFactory deserializeFromProto(int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new SpanFactory();
  }

  @Override
  public OutputFactoryProto serialize() {
    return OutputFactoryProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(SpanFactory.class.getName())
        .build();
  }

  /**
   * A span as {@link Span#getSerializableForm} writes it without its confidence: {@code
   * 12-18:London}, {@code no answer} or {@code unknown}.
   *
   * @param label a Span, or what {@code toString} says of it
   * @throws IllegalArgumentException if it is none of these
   */
  @Override
  public <V> Span generateOutput(V label) {
    if (label instanceof Span span) {
      return span;
    }
    String form = label.toString();
    if (form.equals(Span.NO_ANSWER)) {
      return Span.noAnswer();
    }
    if (form.equals(Span.unknown().getSerializableForm(false))) {
      return Span.unknown();
    }
    Matcher answer = ANSWER.matcher(form);
    if (!answer.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not a span, expected '12-18:London': its first character, the end after its last, and its text; '%s'; or 'unknown'"
              .formatted(form, Span.NO_ANSWER));
    }
    return Span.of(
        Integer.parseInt(answer.group(1)), Integer.parseInt(answer.group(2)), answer.group(3));
  }

  @Override
  public Span getUnknownOutput() {
    return Span.unknown();
  }

  @Override
  public MutableOutputInfo<Span> generateInfo() {
    return SpanInfo.mutable();
  }

  /** Answers have no numbers, so what is mapped is of no account. */
  @Override
  public ImmutableOutputInfo<Span> constructInfoForExternalModel(Map<Span, Integer> mapping) {
    return SpanInfo.mutable().generateImmutableOutputInfo();
  }

  @Override
  public Class<Span> getTypeWitness() {
    return Span.class;
  }

  @Override
  public SpanEvaluator getEvaluator() {
    return new SpanEvaluator();
  }

  @Override
  public OutputFactoryProvenance getProvenance() {
    return new PlainFactoryProvenance(this);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SpanFactory;
  }

  @Override
  public int hashCode() {
    return 31;
  }
}
