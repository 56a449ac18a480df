package org.tribuo.distill.engine.internal.ort;

/**
 * The layout of ONNX Runtime's training checkpoint, a flatbuffer: for each table the slots of its
 * fields, in the order of ONNX Runtime's schema.
 */
final class CheckpointSchema {
  static final String FILE_IDENTIFIER = "ODTC";

  /** The only version that ONNX Runtime's training API reads. */
  static final int VERSION = 2;

  private CheckpointSchema() {}

  /** The root table. */
  static final class Root {
    static final int VERSION = 0;
    static final int MODULE_STATE = 1;
    static final int OPTIMIZER_GROUPS = 2;
    static final int PROPERTY_BAG = 3;
    static final int FIELDS = 4;

    private Root() {}
  }

  /** All parameters. Both vectors must be present, even if empty. */
  static final class ModuleState {
    static final int TRAINABLE = 0;
    static final int FROZEN = 1;

    /** Whether the tensors are names without data. */
    static final int IS_NOMINAL = 2;

    /** Whether the data lies in a second file. */
    static final int HAS_EXTERNAL_DATA = 3;

    static final int FIELDS = 4;

    private ModuleState() {}
  }

  /** A tensor; its element type is numbered as in ONNX files. */
  static final class TensorFields {
    static final int NAME = 0;
    static final int DIMS = 2;
    static final int DATA_TYPE = 3;
    static final int RAW_DATA = 4;
    static final int FIELDS = 7;

    private TensorFields() {}
  }

  /** The optimizer's state; ONNX Runtime knows one group. */
  static final class OptimizerGroup {
    static final String ONLY_NAME = "group0";

    static final int NAME = 0;
    static final int STEP = 1;
    static final int INITIAL_LEARNING_RATE = 2;
    static final int PARAMETER_STATES = 3;
    static final int FIELDS = 4;

    private OptimizerGroup() {}
  }

  /** The moments of one parameter. */
  static final class ParameterState {
    static final int PARAMETER = 0;
    static final int MOMENTS = 1;
    static final int FIELDS = 2;

    private ParameterState() {}
  }

  /** The user's own properties, by type. */
  static final class PropertyBag {
    static final int INTEGERS = 0;
    static final int FLOATS = 1;
    static final int STRINGS = 2;
    static final int FIELDS = 3;

    private PropertyBag() {}
  }

  /** A property of any type. */
  static final class Property {
    static final int NAME = 0;
    static final int VALUE = 1;
    static final int FIELDS = 2;

    private Property() {}
  }
}
