package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The attributes of a node, in the order of the file. Immutable. */
public final class Attributes {
  public static final Attributes NONE = new Attributes(Map.of());

  private final Map<String, AttributeProto> byName;

  private Attributes(Map<String, AttributeProto> byName) {
    this.byName = byName;
  }

  static Attributes of(Collection<AttributeProto> protos) {
    Map<String, AttributeProto> byName = new LinkedHashMap<>();
    protos.forEach(proto -> byName.put(proto.getName(), proto));
    return new Attributes(Collections.unmodifiableMap(byName));
  }

  public Attributes with(String name, long value) {
    return with(attribute(name, AttributeType.INT).setI(value));
  }

  public Attributes with(String name, float value) {
    return with(attribute(name, AttributeType.FLOAT).setF(value));
  }

  public Attributes with(String name, String value) {
    return with(attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
  }

  public Attributes with(String name, long... values) {
    AttributeProto.Builder proto = attribute(name, AttributeType.INTS);
    for (long value : values) {
      proto.addInts(value);
    }
    return with(proto);
  }

  public Attributes with(String name, float... values) {
    AttributeProto.Builder proto = attribute(name, AttributeType.FLOATS);
    for (float value : values) {
      proto.addFloats(value);
    }
    return with(proto);
  }

  public Attributes with(String name, Tensor value) {
    return with(attribute(name, AttributeType.TENSOR).setT(value.toProto("")));
  }

  public Attributes without(String name) {
    Map<String, AttributeProto> copy = new LinkedHashMap<>(byName);
    copy.remove(name);
    return new Attributes(Collections.unmodifiableMap(copy));
  }

  /** Only those attributes whose names pass a test. */
  public Attributes only(Predicate<String> wanted) {
    Map<String, AttributeProto> copy = new LinkedHashMap<>(byName);
    copy.keySet().removeIf(wanted.negate());
    return new Attributes(Collections.unmodifiableMap(copy));
  }

  Attributes with(AttributeProto.Builder proto) {
    Map<String, AttributeProto> copy = new LinkedHashMap<>(byName);
    copy.put(proto.getName(), proto.build());
    return new Attributes(Collections.unmodifiableMap(copy));
  }

  /** The names, in the order of the file. */
  public Set<String> names() {
    return byName.keySet();
  }

  public boolean has(String name) {
    return byName.containsKey(name);
  }

  public long get(String name, long otherwise) {
    AttributeProto proto = byName.get(name);
    return proto == null ? otherwise : proto.getI();
  }

  public float get(String name, float otherwise) {
    AttributeProto proto = byName.get(name);
    return proto == null ? otherwise : proto.getF();
  }

  public String get(String name, String otherwise) {
    AttributeProto proto = byName.get(name);
    return proto == null ? otherwise : proto.getS().toStringUtf8();
  }

  public Optional<long[]> longs(String name) {
    return Optional.ofNullable(byName.get(name))
        .map(proto -> proto.getIntsList().stream().mapToLong(Long::longValue).toArray());
  }

  public Optional<float[]> floats(String name) {
    return Optional.ofNullable(byName.get(name)).map(Attributes::floats);
  }

  private static float[] floats(AttributeProto proto) {
    float[] values = new float[proto.getFloatsCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = proto.getFloats(i);
    }
    return values;
  }

  /** A tensor, if its element type is one that this library handles. */
  public Optional<Tensor> tensor(String name) {
    return Optional.ofNullable(byName.get(name))
        .map(AttributeProto::getT)
        .filter(proto -> ElementType.isKnown(proto.getDataType()))
        .map(Tensor::of);
  }

  /** Whether this node holds bodies, as the branches of an If. */
  public boolean hasSubgraphs() {
    return !subgraphs().isEmpty();
  }

  /** The bodies that this node holds (the branches of an If, say). */
  List<GraphProto> subgraphs() {
    return byName.values().stream()
        .flatMap(
            proto ->
                proto.hasG()
                    ? java.util.stream.Stream.of(proto.getG())
                    : proto.getGraphsList().stream())
        .toList();
  }

  /** One body. */
  GraphProto subgraph(String name) {
    AttributeProto proto = byName.get(name);
    if (proto == null || !proto.hasG()) {
      throw new GraphException(
          "There is no body '%s', there are %s".formatted(name, byName.keySet()));
    }
    return proto.getG();
  }

  /** The same with other bodies. */
  Attributes withSubgraphs(UnaryOperator<GraphProto> change) {
    Map<String, AttributeProto> copy = new LinkedHashMap<>(byName);
    copy.replaceAll(
        (name, proto) -> {
          AttributeProto.Builder changed = proto.toBuilder();
          if (proto.hasG()) {
            changed.setG(change.apply(proto.getG()));
          }
          for (int i = 0; i < proto.getGraphsCount(); i++) {
            changed.setGraphs(i, change.apply(proto.getGraphs(i)));
          }
          return changed.build();
        });
    return new Attributes(Collections.unmodifiableMap(copy));
  }

  /** The attributes as an ONNX file holds them. */
  public Collection<AttributeProto> toProtos() {
    return byName.values();
  }

  /** The value of a Constant node, whichever of the seven attributes holds it. */
  Optional<Tensor> constantValue() {
    if (byName.containsKey("value")) {
      return tensor("value");
    }
    for (AttributeProto proto : byName.values()) {
      switch (proto.getName()) {
        case "value_float" -> {
          return Optional.of(Tensor.scalar(proto.getF()));
        }
        case "value_int" -> {
          return Optional.of(Tensor.scalar(proto.getI()));
        }
        case "value_ints" -> {
          return longs("value_ints").map(Tensor::vector);
        }
        case "value_floats" -> {
          float[] values = floats(proto);
          return Optional.of(Tensor.of(values, values.length));
        }
        default -> {}
      }
    }
    return Optional.empty();
  }

  private static AttributeProto.Builder attribute(String name, AttributeType type) {
    return AttributeProto.newBuilder().setName(name).setType(type);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attributes attributes && byName.equals(attributes.byName);
  }

  @Override
  public int hashCode() {
    return byName.hashCode();
  }

  @Override
  public String toString() {
    return byName.keySet().toString();
  }
}
