package org.tribuo.distill.onednn;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A computation that oneDNN has compiled for certain layouts. Safe for many threads: what a call
 * needs for itself is taken from a pool.
 */
final class Primitive implements AutoCloseable {
  /** An argument: oneDNN's number of its role, and its layout. */
  record Argument(int role, Layout layout) {
    private Argument copy() {
      return new Argument(role, Layout.copy(layout.descriptor()));
    }
  }

  /** What primitives need while they compute, which is free afterwards. */
  private static final BufferPool SCRATCHPADS = new BufferPool();

  private final long descriptor;
  private final long primitive;
  private final List<Argument> arguments;
  private final long scratchpadDescriptor;
  private final long scratchpadBytes;
  private final Queue<Call> idle = new ConcurrentLinkedQueue<>();

  /**
   * Compiles a primitive.
   *
   * @param descriptor of the primitive, with a scratchpad of the caller; the primitive takes it
   *     over
   * @param arguments in the order of the addresses of each call; their layouts are copied
   */
  Primitive(long descriptor, List<Argument> arguments) {
    this.descriptor = descriptor;
    this.arguments = arguments.stream().map(Argument::copy).toList();
    this.scratchpadDescriptor =
        Dnnl.dnnl_primitive_desc_query_md(descriptor, Dnnl.QUERY_SCRATCHPAD, 0);
    this.scratchpadBytes = Dnnl.dnnl_memory_desc_get_size(scratchpadDescriptor);
    NativeWords words = new NativeWords(1);
    Dnnl.check(Dnnl.dnnl_primitive_create(words.at(0), descriptor), "dnnl_primitive_create");
    this.primitive = words.get(0);
  }

  /** Computes. */
  void execute(long... addresses) {
    OpenMp.useCallingThreadAlone();
    Call call = idle.poll();
    if (call == null) {
      call = new Call();
    }
    call.execute(addresses);
    idle.add(call);
  }

  /** No call may be under way. */
  @Override
  public void close() {
    idle.forEach(Call::close);
    arguments.forEach(argument -> argument.layout().close());
    Dnnl.dnnl_primitive_destroy(primitive);
    Dnnl.dnnl_primitive_desc_destroy(descriptor);
  }

  /** The arguments of one call at a time. */
  private final class Call {
    private static final int WORDS_OF_ARGUMENT = 2;

    private final long stream;
    private final long[] memories;
    private final long[] pointedTo;
    private final NativeWords list;

    Call() {
      int count = arguments.size() + 1;
      this.memories = new long[count];
      this.pointedTo = new long[count];
      this.list = new NativeWords(WORDS_OF_ARGUMENT * count + 1);
      int spare = WORDS_OF_ARGUMENT * count;
      Dnnl.check(
          Dnnl.dnnl_stream_create(list.at(spare), ProcessorEngine.CPU, 1), "dnnl_stream_create");
      this.stream = list.get(spare);
      for (int i = 0; i < count; i++) {
        boolean last = i == arguments.size();
        int role = last ? Dnnl.ARG_SCRATCHPAD : arguments.get(i).role();
        long layout = last ? scratchpadDescriptor : arguments.get(i).layout().descriptor();
        Dnnl.check(
            Dnnl.dnnl_memory_create(list.at(spare), layout, ProcessorEngine.CPU, 0),
            "dnnl_memory_create");
        memories[i] = list.get(spare);
        list.set(WORDS_OF_ARGUMENT * i, role, memories[i]);
      }
    }

    void execute(long... addresses) {
      for (int i = 0; i < addresses.length; i++) {
        point(i, addresses[i]);
      }
      NativeBuffer scratchpad = SCRATCHPADS.take(scratchpadBytes);
      try {
        point(arguments.size(), scratchpad.address());
        Dnnl.check(
            Dnnl.dnnl_primitive_execute(primitive, stream, memories.length, list.at(0)),
            "dnnl_primitive_execute");
      } finally {
        SCRATCHPADS.giveBack(scratchpad);
      }
    }

    /** A call of the library costs more than the comparison: some arguments rarely change. */
    private void point(int argument, long address) {
      if (pointedTo[argument] != address) {
        Dnnl.check(
            Dnnl.dnnl_memory_set_data_handle(memories[argument], address),
            "dnnl_memory_set_data_handle");
        pointedTo[argument] = address;
      }
    }

    void close() {
      for (long memory : memories) {
        Dnnl.dnnl_memory_destroy(memory);
      }
      Dnnl.dnnl_stream_destroy(stream);
    }
  }
}
