package org.tribuo.distill.mutation;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Damages the fields of a protobuf message: numbers at their limits, names exchanged, elements
 * gone, there twice or in another order, messages in the place of others.
 */
final class FieldDamage {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    -2,
    3,
    7,
    16,
    127,
    255,
    500_000_000,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    1L << 40
  };

  private static final double[] FLOATS = {
    0, -1, 1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e30, -1e-30
  };

  private static final String[] TEXTS = {
    "", "x", "-1", "null", "[null]", "99999999999999999999", "../other", "\0", "é"
  };

  private final SplittableRandom random;
  private final List<Place> places = new ArrayList<>();
  private final List<Object> values = new ArrayList<>();

  private FieldDamage(SplittableRandom random) {
    this.random = random;
  }

  /** A field of a message; of a repeated one all elements. */
  private record Place(Message.Builder holder, FieldDescriptor field) {}

  /** Damages a message in one to three places. */
  static <B extends Message.Builder> B damaged(B message, SplittableRandom random) {
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      FieldDamage damage = new FieldDamage(random);
      damage.collect(message, 1 + random.nextInt(3));
      if (!damage.places.isEmpty()) {
        damage.damage(damage.places.get(random.nextInt(damage.places.size())));
      }
    }
    return message;
  }

  /**
   * Collects the fields that are there, and of the messages of long lists only some.
   *
   * @param every of how many one is looked into
   */
  private void collect(Message.Builder message, int every) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      boolean there =
          field.isRepeated() ? message.getRepeatedFieldCount(field) > 0 : message.hasField(field);
      if (there) {
        places.add(new Place(message, field));
      } else if (random.nextInt(40) == 0) {
        places.add(new Place(message, field));
      }
      if (there && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        if (field.isRepeated()) {
          for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
            if (random.nextInt(every) == 0) {
              collect(message.getRepeatedFieldBuilder(field, i), every);
            }
          }
        } else {
          collect(message.getFieldBuilder(field), every);
        }
      } else if (there) {
        values.add(
            field.isRepeated()
                ? message.getRepeatedField(
                    field, random.nextInt(message.getRepeatedFieldCount(field)))
                : message.getField(field));
      }
    }
  }

  private void damage(Place place) {
    Message.Builder holder = place.holder();
    FieldDescriptor field = place.field();
    if (!field.isRepeated()) {
      if (random.nextInt(5) == 0) {
        holder.clearField(field);
      } else {
        holder.setField(field, other(field, holder.getField(field)));
      }
      return;
    }
    int count = holder.getRepeatedFieldCount(field);
    if (count == 0) {
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        holder.addRepeatedField(field, other(field, null));
      }
      return;
    }
    int at = random.nextInt(count);
    switch (random.nextInt(6)) {
      case 0 -> {
        List<Object> kept = new ArrayList<>(elements(holder, field));
        kept.remove(at);
        holder.setField(field, kept);
      }
      case 1 -> holder.addRepeatedField(field, holder.getRepeatedField(field, at));
      case 2 -> {
        int with = random.nextInt(count);
        Object first = holder.getRepeatedField(field, at);
        holder.setRepeatedField(field, at, holder.getRepeatedField(field, with));
        holder.setRepeatedField(field, with, first);
      }
      case 3 -> {
        if (random.nextInt(4) == 0) {
          holder.clearField(field);
        } else {
          holder.setField(field, elements(holder, field).subList(0, at));
        }
      }
      default ->
          holder.setRepeatedField(field, at, other(field, holder.getRepeatedField(field, at)));
    }
  }

  private static List<Object> elements(Message.Builder holder, FieldDescriptor field) {
    List<Object> elements = new ArrayList<>();
    for (int i = 0; i < holder.getRepeatedFieldCount(field); i++) {
      elements.add(holder.getRepeatedField(field, i));
    }
    return elements;
  }

  private Object other(FieldDescriptor field, @Nullable Object old) {
    long number =
        random.nextInt(3) == 0 ? random.nextInt(-4, 40) : NUMBERS[random.nextInt(NUMBERS.length)];
    return switch (field.getJavaType()) {
      case INT -> (int) number;
      case LONG -> number;
      case FLOAT -> (float) FLOATS[random.nextInt(FLOATS.length)];
      case DOUBLE -> FLOATS[random.nextInt(FLOATS.length)];
      case BOOLEAN -> random.nextBoolean();
      case STRING -> otherText();
      case BYTE_STRING -> otherBytes((ByteString) old);
      case ENUM -> {
        List<EnumValueDescriptor> known = field.getEnumType().getValues();
        yield known.get(random.nextInt(known.size()));
      }
      case MESSAGE ->
          FieldDamage.damaged(((Message) Objects.requireNonNull(old)).toBuilder(), random).build();
    };
  }

  /** Mostly one that is somewhere else in the message: a cycle, a name twice, another value. */
  private String otherText() {
    List<Object> texts = values.stream().filter(String.class::isInstance).toList();
    return texts.isEmpty() || random.nextInt(3) == 0
        ? TEXTS[random.nextInt(TEXTS.length)]
        : (String) texts.get(random.nextInt(texts.size()));
  }

  private ByteString otherBytes(@Nullable ByteString old) {
    return old == null || old.isEmpty()
        ? ByteString.copyFromUtf8("x")
        : ByteString.copyFrom(ByteDamage.damaged(old.toByteArray(), random));
  }
}
