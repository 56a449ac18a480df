package org.tribuo.distill.input.internal.dense;

import com.google.protobuf.Any;
import com.google.protobuf.ListValue;
import com.google.protobuf.Value;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.RealInfo;
import org.tribuo.VariableInfo;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modality;
import org.tribuo.distill.input.internal.NumericFeeder;
import org.tribuo.distill.input.internal.NumericInput;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.hash.HashedFeatureMap;

/**
 * Tribuo's ordinary features, such as the columns of a table, for models with numeric inputs: a
 * column for each feature of the dataset, sorted by name, 0 where an example does not have it, as
 * sparse examples do not. {@link NumericInput} says which inputs they are, and which features each
 * of several reads.
 */
public final class DenseFeatures implements Modality<float[]> {
  @Override
  public Feeder<float[]> feeder(Map<String, TensorType> inputs) {
    return new NumericFeeder(NumericInput.of(inputs), List.of());
  }

  @Override
  public InputReader<float[]> reader(
      Transformer student, FeatureMap features, OptionalInt maxLength, int padId) {
    Reader reader = new Reader(features.keySet().stream().sorted().toList());
    reader.check(features);
    reader.check(student, "student", true, List.of());
    return reader;
  }

  @Override
  public InputReader<float[]> readerOfTrained(Transformer model, OptionalInt maxLength, int padId) {
    throw new IllegalArgumentException(
        "The model reads dense features, and only a dataset states which: train it, or use it"
            + " as the teacher of a trainer");
  }

  @Override
  public String toString() {
    return "DenseFeatures";
  }

  /**
   * Reads the features of a dataset by their names; others are ignored, as Tribuo's models do, and
   * an example that has others alone is refused, as by them.
   */
  private static final class Reader implements InputReader<float[]> {
    private final List<String> names;
    private final Map<String, Integer> columns = new HashMap<>();

    Reader(List<String> names) {
      this.names = List.copyOf(names);
      if (names.isEmpty()) {
        throw new IllegalArgumentException("There are no features, expected one or more to read");
      }
      names.forEach(name -> columns.put(name, columns.size()));
    }

    /** Tribuo calls this by name. */
    @SuppressWarnings("unused")
    static Reader deserializeFromProto(int version, String className, Any message) {
      ListValue kept = SavedComponents.kept(version, className, message, ListValue.class);
      return new Reader(kept.getValuesList().stream().map(Value::getStringValue).toList());
    }

    @Override
    public ComponentProto serialize() {
      ListValue.Builder kept = ListValue.newBuilder();
      names.forEach(name -> kept.addValues(Value.newBuilder().setStringValue(name)));
      return SavedComponents.write(Reader.class, kept.build());
    }

    @Override
    public void check(FeatureMap features) {
      if (features instanceof HashedFeatureMap) {
        throw new IllegalArgumentException(
            "The feature names are hashed, so columns cannot be found by name; train without a"
                + " HashingTrainer");
      }
      if (features.keySet().stream().noneMatch(columns::containsKey)) {
        throw strange(features.size());
      }
    }

    private IllegalArgumentException strange(int features) {
      return new IllegalArgumentException(
          "None of the %d features is one that the model reads, such as '%s'; are they those of another dataset?"
              .formatted(features, names.get(0)));
    }

    @Override
    public void check(Transformer model, String whose, boolean own, List<float[]> values) {
      NumericFeeder feeder = feeder(model.graph().inputs());
      feeder.check(whose);
      feeder.checkWhole(values, whose);
    }

    @Override
    public float[] read(Example<?> example) {
      float[] values = new float[names.size()];
      boolean any = example.size() == 0;
      for (Feature feature : example) {
        Integer column = columns.get(feature.getName());
        if (column != null) {
          values[column] = finite(feature);
          any = true;
        }
      }
      if (!any) {
        throw strange(example.size());
      }
      return values;
    }

    private static float finite(Feature feature) {
      float value = (float) feature.getValue();
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "Feature '%s' is %s, expected a finite number in the range of a float"
                .formatted(feature.getName(), feature.getValue()));
      }
      return value;
    }

    /** Vectors have no positions. */
    @Override
    public int length(float[] value) {
      return 1;
    }

    @Override
    public void digest(float[] value, MessageDigest into) {
      ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * value.length);
      bytes.asFloatBuffer().put(value);
      into.update(bytes);
    }

    @Override
    public NumericFeeder feeder(Map<String, TensorType> inputs) {
      return new NumericFeeder(NumericInput.of(inputs), names);
    }

    /** Zeros and ones, which an input of whole numbers reads too. */
    @Override
    public float[] random(SplittableRandom random) {
      float[] values = new float[names.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextInt(2);
      }
      return values;
    }

    @Override
    public ImmutableFeatureMap featureMap(FeatureMap observed) {
      List<VariableInfo> infos = new ArrayList<>();
      for (String name : names) {
        VariableInfo known = observed.get(name);
        infos.add(known == null ? new RealInfo(name) : known);
      }
      return new ImmutableFeatureMap(infos);
    }

    @Override
    public int maxLength() {
      return 1;
    }

    @Override
    public String toString() {
      return "DenseFeatures" + names;
    }
  }
}
