package org.tribuo.distill.internal.component;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.protos.ProtoSerializable;
import org.tribuo.protos.ProtoUtil;

/** Parts of a model that say themselves what is kept of them. */
public final class SavedComponents {
  /** The version of all that is written here. */
  private static final int CURRENT = 0;

  private SavedComponents() {}

  /** A part that has nothing to keep but its class. */
  public static ComponentProto write(Class<?> part) {
    return ComponentProto.newBuilder().setVersion(CURRENT).setClassName(part.getName()).build();
  }

  /** A part with what it keeps. */
  public static ComponentProto write(Class<?> part, Message kept) {
    return write(part).toBuilder().setSerializedData(Any.pack(kept)).build();
  }

  /**
   * Checks the version of a part that is being read.
   *
   * @throws IllegalArgumentException if it is another one
   */
  public static void checkVersion(int version, String className) {
    if (version != CURRENT) {
      throw new IllegalArgumentException(
          "%s was saved with version %d, this library reads version %d; use the library that saved it, or a later one"
              .formatted(className, version, CURRENT));
    }
  }

  /**
   * What a part that is being read has kept.
   *
   * @throws IllegalArgumentException if the version is unknown, or it has kept something else
   */
  public static <M extends Message> M kept(
      int version, String className, Any message, Class<M> type) {
    checkVersion(version, className);
    try {
      return message.unpack(type);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "%s has kept '%s', expected a %s"
              .formatted(className, message.getTypeUrl(), type.getSimpleName()),
          e);
    }
  }

  /**
   * Reads a part.
   *
   * @throws IllegalArgumentException if there is no such part, or it cannot be read
   */
  public static <P extends ProtoSerializable<ComponentProto>> P read(
      ComponentProto saved, Class<P> type) {
    try {
      return type.cast(
          ProtoUtil.<ComponentProto, ProtoSerializable<ComponentProto>>deserialize(saved));
    } catch (IllegalStateException | ClassCastException e) {
      throw new IllegalArgumentException(
          "The saved model is damaged, its %s '%s' cannot be read: %s"
              .formatted(type.getSimpleName(), saved.getClassName(), reason(e)),
          e);
    }
  }

  /** Tribuo calls by reflection what reads a part, and wraps what that throws. */
  private static String reason(RuntimeException thrown) {
    Throwable reason = thrown;
    while (reason.getCause() != null) {
      reason = reason.getCause();
    }
    return String.valueOf(reason.getMessage());
  }
}
