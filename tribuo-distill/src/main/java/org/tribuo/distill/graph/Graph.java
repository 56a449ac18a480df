package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX graph that can be changed: values by name, the nodes that produce and consume them, the
 * initializers. Nodes may be added in any order; {@link #toModel} sorts them. One thread at a time.
 *
 * <p>Every value has one name and one producer: a node, an initializer or an input of the graph.
 * Fields of the file that this library does not know are kept.
 */
public final class Graph {
  private final ModelProto origin;
  private final GraphOrigin file;
  private final boolean externalData;
  private final Map<String, Long> opsets = new LinkedHashMap<>();
  private final Map<String, TensorType> inputs = new LinkedHashMap<>();

  /** Of inputs and outputs, and of values whose type is none that this library handles. */
  private final Map<String, ValueInfoProto> interfaceProtos = new HashMap<>();

  private final Set<String> outputs = new LinkedHashSet<>();
  private final Map<String, Tensor> initializers = new LinkedHashMap<>();
  private final Map<String, TensorProto> initializerProtos = new HashMap<>();
  private final Set<Node> nodes = new LinkedHashSet<>();
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Set<Node>> consumers = new HashMap<>();
  private final Map<String, TensorType> types = new HashMap<>();
  private final Map<String, FunctionProto> functions = new LinkedHashMap<>();
  private final Names names;

  /** The graph around this one, if this one is a node's body. */
  private final @Nullable Graph around;

  private Graph(
      ModelProto origin,
      GraphOrigin file,
      boolean externalData,
      Names names,
      @Nullable Graph around) {
    this.origin = origin;
    this.file = file;
    this.externalData = externalData;
    this.names = names;
    this.around = around;
  }

  /** An empty graph with a version of ONNX's own operators and ONNX Runtime's. */
  public static Graph empty(long opset) {
    ModelProto origin = ModelProto.newBuilder().setIrVersion(10).build();
    Graph graph = new Graph(origin, GraphOrigin.HERE, false, new Names(), null);
    graph.opsets.put(Node.ONNX, opset);
    graph.opsets.put(Node.MICROSOFT, 1L);
    return graph;
  }

  /**
   * A graph that starts as a copy of a model's.
   *
   * @throws GraphException if two values have one name, or a node reads a value that has no
   *     producer
   */
  public static Graph of(OnnxModel model) {
    ModelProto proto = model.proto();
    Graph graph = new Graph(proto, model.origin(), model.hasExternalData(), new Names(), null);
    for (OperatorSetIdProto opset : proto.getOpsetImportList()) {
      graph.opsets.put(
          opset.getDomain().equals("ai.onnx") ? Node.ONNX : opset.getDomain(), opset.getVersion());
    }
    for (FunctionProto function : proto.getFunctionsList()) {
      graph.functions.put(Node.qualified(function.getDomain(), function.getName()), function);
    }
    graph.named(() -> graph.fill(proto.getGraph(), model.initializers()));
    return graph;
  }

  private void fill(GraphProto body, Map<String, Tensor> values) {
    for (TensorProto tensor : body.getInitializerList()) {
      initializerProtos.put(tensor.getName(), tensor);
      Tensor value = values.get(tensor.getName());
      if (value != null) {
        initializers.put(tensor.getName(), value);
        types.put(tensor.getName(), value.type());
      }
      names.reserve(tensor.getName());
    }
    for (ValueInfoProto input : body.getInputList()) {
      interfaceProtos.put(input.getName(), input);
      if (!isInitializer(input.getName())) {
        if (inputs.put(input.getName(), TypeProtos.read(input)) != null) {
          throw new GraphException("The graph has two inputs '%s'".formatted(input.getName()));
        }
        types.put(input.getName(), TypeProtos.read(input));
      }
      names.reserve(input.getName());
    }
    for (ValueInfoProto info : body.getValueInfoList()) {
      TypeProtos.tryRead(info)
          .ifPresentOrElse(
              type -> types.put(info.getName(), type),
              () -> interfaceProtos.put(info.getName(), info));
    }
    for (ValueInfoProto output : body.getOutputList()) {
      interfaceProtos.put(output.getName(), output);
      TypeProtos.tryRead(output).ifPresent(type -> types.put(output.getName(), type));
      outputs.add(output.getName());
    }
    Map<String, Integer> constants = new HashMap<>();
    for (int i = 0; i < body.getNodeCount(); i++) {
      if (isConstant(body.getNode(i))) {
        constants.put(body.getNode(i).getOutput(0), i);
      }
    }
    for (int i = 0; i < body.getNodeCount(); i++) {
      NodeProto node = body.getNode(i);
      if (!isConstant(node) || constants.getOrDefault(node.getOutput(0), i) == i) {
        link(Node.of(node));
      }
    }
    validate();
  }

  /** Of several constants of one name, which some tools write, the last counts in ONNX Runtime. */
  private static boolean isConstant(NodeProto node) {
    return node.getDomain().isEmpty()
        && node.getOpType().equals("Constant")
        && node.getOutputCount() == 1;
  }

  /** A copy that shares nothing that changes. */
  public Graph copy() {
    Graph copy = of(toModel());
    // a model holds products of sizes by name only
    copy.types.replaceAll((name, type) -> types.getOrDefault(name, type));
    copy.inputs.replaceAll((name, type) -> inputs.getOrDefault(name, type));
    return copy;
  }

  // ---- what is there

  /** The version of a domain's operators; 0 where the graph does not import the domain. */
  public long opset(String domain) {
    return opsets.getOrDefault(domain, 0L);
  }

  /** The graph's inputs, in order, without initializers. */
  public Map<String, TensorType> inputs() {
    return Collections.unmodifiableMap(inputs);
  }

  /** The names of the graph's outputs, in order. */
  public List<String> outputs() {
    return List.copyOf(outputs);
  }

  public Map<String, Tensor> initializers() {
    return Collections.unmodifiableMap(initializers);
  }

  /**
   * The numbers of an initializer.
   *
   * @throws GraphException if there is none of that name
   */
  public Tensor initializer(String name) {
    Tensor tensor = initializers.get(name);
    if (tensor == null) {
      throw new GraphException("The graph has no initializer '%s'".formatted(name));
    }
    return tensor;
  }

  public boolean isInitializer(String name) {
    return initializers.containsKey(name) || initializerProtos.containsKey(name);
  }

  /** The nodes, in the order in which they were added. */
  public Collection<Node> nodes() {
    return Collections.unmodifiableSet(nodes);
  }

  /** The node that makes a value, unless it is an input or an initializer. */
  public Optional<Node> producer(String name) {
    return Optional.ofNullable(producers.get(name));
  }

  /** The nodes that read a value. */
  public Set<Node> consumers(String name) {
    return Collections.unmodifiableSet(consumers.getOrDefault(name, Set.of()));
  }

  public boolean isOutput(String name) {
    return outputs.contains(name);
  }

  /** Whether some input, initializer or node makes a value of that name. */
  public boolean has(String name) {
    return inputs.containsKey(name)
        || isInitializer(name)
        || producers.containsKey(name)
        || (around != null && around.has(name));
  }

  /**
   * A value with what is known of its type.
   *
   * @throws GraphException if it has no producer or its element type is not known
   */
  public Value value(String name) {
    if (!has(name)) {
      throw new GraphException("The graph has no value '%s'".formatted(name));
    }
    return type(name)
        .map(type -> new Value(name, type))
        .orElseThrow(
            () -> new GraphException("The element type of '%s' is not known".formatted(name)));
  }

  public Optional<TensorType> type(String name) {
    return Optional.ofNullable(types.get(name))
        .or(() -> around == null ? Optional.empty() : around.type(name));
  }

  /** The value's number, if it is known when the graph is made: an initializer or a constant. */
  public Optional<Tensor> constant(String name) {
    String source = name;
    for (int passed = 0; passed <= nodes.size(); passed++) {
      Tensor initializer = initializers.get(source);
      if (initializer != null) {
        return Optional.of(initializer);
      }
      Node maker = producers.get(source);
      if (maker == null || !maker.opType().equals("Identity")) {
        return maker != null && maker.opType().equals("Constant")
            ? maker.attributes().constantValue()
            : Optional.empty();
      }
      source = maker.input(0);
    }
    throw new GraphException("The graph has a cycle through '%s'".formatted(source));
  }

  /** The nodes so that each comes after those that it reads from. */
  public List<Node> topological() {
    List<Node> sorted = new ArrayList<>(nodes.size());
    Map<Node, Integer> missing = new HashMap<>();
    Deque<Node> ready = new ArrayDeque<>();
    for (Node node : nodes) {
      int open = (int) node.reads().stream().filter(producers::containsKey).count();
      missing.put(node, open);
      if (open == 0) {
        ready.add(node);
      }
    }
    while (!ready.isEmpty()) {
      Node node = ready.poll();
      sorted.add(node);
      for (String output : node.outputs()) {
        for (Node consumer : consumers.getOrDefault(output, Set.of())) {
          if (missing.merge(consumer, -1, Integer::sum) == 0) {
            ready.add(consumer);
          }
        }
      }
    }
    if (sorted.size() != nodes.size()) {
      Set<Node> cyclic = new LinkedHashSet<>(nodes);
      sorted.forEach(cyclic::remove);
      throw new GraphException("The graph has a cycle through " + cyclic.iterator().next());
    }
    return sorted;
  }

  /** The nodes that a value is computed from, in topological order. */
  public List<Node> ancestors(Collection<String> values) {
    Set<Node> wanted = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(values);
    while (!open.isEmpty()) {
      Node node = producers.get(open.pop());
      if (node != null && wanted.add(node)) {
        open.addAll(node.reads());
      }
    }
    return topological().stream().filter(wanted::contains).toList();
  }

  /**
   * Does something with this graph.
   *
   * @throws GraphException that names the file that the graph came from, if the action throws one
   */
  public void named(Runnable action) {
    named(
        () -> {
          action.run();
          return true;
        });
  }

  /** As {@link #named(Runnable)}, where the action has a result. */
  public <R> R named(Supplier<R> action) {
    return file.named(action);
  }

  /** The file that the graph came from, or that it was made from; empty if it was made here. */
  public Optional<String> file() {
    return file.file();
  }

  // ---- changes

  /** A name that no value or node has, made from a wish. */
  public String freshName(String wish) {
    return names.fresh(wish);
  }

  /** Sets the version of a domain's operators. */
  public void setOpset(String domain, long version) {
    opsets.put(domain, version);
  }

  /** Adds a node whose outputs are new values of the given types. */
  public Node add(
      String domain,
      String opType,
      Attributes attributes,
      List<String> nodeInputs,
      Map<String, TensorType> nodeOutputs) {
    List<Value> values = new ArrayList<>();
    nodeOutputs.forEach((name, type) -> values.add(new Value(name, type)));
    return add(domain, opType, attributes, nodeInputs, values);
  }

  /** Adds a node whose outputs are new values; some may be absent. */
  Node add(
      String domain,
      String opType,
      Attributes attributes,
      List<String> nodeInputs,
      List<Value> nodeOutputs) {
    List<String> outputNames = nodeOutputs.stream().map(Value::name).toList();
    Node node = Node.of(names.fresh(opType), domain, opType, attributes, nodeInputs, outputNames);
    if (!domain.isEmpty()) {
      opsets.putIfAbsent(domain, 1L);
    }
    link(node);
    nodeOutputs.stream().filter(y -> !y.isAbsent()).forEach(y -> types.put(y.name(), y.type()));
    return node;
  }

  /**
   * Puts other nodes in place of one: same name and outputs, other operator and inputs.
   *
   * @return the new node
   */
  public Node replace(
      Node old, String domain, String opType, Attributes attributes, List<String> newInputs) {
    return replace(old, domain, opType, attributes, newInputs, old.outputs());
  }

  /** As above, where the outputs change too. Outputs that go must have no consumer. */
  public Node replace(
      Node old,
      String domain,
      String opType,
      Attributes attributes,
      List<String> newInputs,
      List<String> newOutputs) {
    remove(old);
    Node node = Node.of(old.name(), domain, opType, attributes, newInputs, newOutputs);
    if (!domain.isEmpty()) {
      opsets.putIfAbsent(domain, 1L);
    }
    link(node);
    return node;
  }

  /** Removes a node; its outputs have no producer until another node makes them. */
  public void remove(Node node) {
    if (!nodes.remove(node)) {
      throw new GraphException("The graph has no node " + node);
    }
    node.outputs().forEach(producers::remove);
    for (String input : node.reads()) {
      Set<Node> readers = consumers.get(input);
      if (readers != null) {
        readers.remove(node);
      }
    }
  }

  /** Makes every node that reads {@code from} as an input read {@code to} instead. */
  public void replaceUses(String from, String to) {
    for (Node node : List.copyOf(consumers(from))) {
      replaceUse(node, from, to);
    }
  }

  /** Makes one node read {@code to} where it read {@code from} as an input. */
  public void replaceUse(Node node, String from, String to) {
    node.replaceInput(from, to);
    if (!node.reads().contains(from)) {
      consumers.getOrDefault(from, new LinkedHashSet<>()).remove(node);
    }
    consumers.computeIfAbsent(to, name -> new LinkedHashSet<>()).add(node);
  }

  /**
   * Puts computed values in place of a node, which goes: they take over the names of its outputs.
   *
   * @param results one for each output of the node; absent for an output without a consumer
   */
  public void substitute(Node old, List<Value> results) {
    remove(old);
    for (int i = 0; i < old.outputs().size(); i++) {
      String name = old.output(i);
      if (i < results.size() && !results.get(i).isAbsent() && !name.isEmpty()) {
        handOver(results.get(i), name);
      } else if (!consumers(name).isEmpty() || isOutput(name)) {
        throw new GraphException(
            "%s: output %d ('%s') is read, and nothing takes its place".formatted(old, i, name));
      }
    }
  }

  /** Gives a value a name that has no producer any more. */
  private void handOver(Value value, String name) {
    Node maker = producers.get(value.name());
    if (maker == null || isOutput(value.name()) || !consumers(value.name()).isEmpty()) {
      link(
          Node.of(
              names.fresh("Identity"),
              Node.ONNX,
              "Identity",
              Attributes.NONE,
              List.of(value.name()),
              List.of(name)));
    } else {
      List<String> renamed = new ArrayList<>(maker.outputs());
      renamed.replaceAll(output -> output.equals(value.name()) ? name : output);
      replace(maker, maker.domain(), maker.opType(), maker.attributes(), maker.inputs(), renamed);
    }
    types.putIfAbsent(name, value.type());
  }

  /**
   * Gives a value another name, for all who read it. A value that has that name already gets a
   * fresh one; neither is an output of the graph.
   *
   * @throws GraphException if no node makes one of the two
   */
  public void rename(String from, String to) {
    if (from.equals(to)) {
      return;
    }
    if (has(to)) {
      rename(to, freshName(to));
    }
    TensorType type = value(from).type();
    Node maker =
        producer(from)
            .orElseThrow(
                () -> new GraphException("No node makes '%s', which is renamed".formatted(from)));
    replaceUses(from, to);
    List<String> renamed = new ArrayList<>(maker.outputs());
    renamed.replaceAll(output -> output.equals(from) ? to : output);
    replace(maker, maker.domain(), maker.opType(), maker.attributes(), maker.inputs(), renamed);
    types.remove(from);
    names.reserve(to);
    types.put(to, type);
  }

  public void addInput(String name, TensorType type) {
    names.reserve(name);
    inputs.put(name, type);
    types.put(name, type);
  }

  /** Removes an input that no node reads. */
  public void removeInput(String name) {
    if (!consumers(name).isEmpty()) {
      throw new GraphException(
          "Input '%s' is still read by %s".formatted(name, consumers(name).iterator().next()));
    }
    inputs.remove(name);
  }

  public void addOutput(String name) {
    outputs.add(name);
  }

  public void removeOutput(String name) {
    outputs.remove(name);
  }

  /** Adds or replaces an initializer. */
  public Value setInitializer(String name, Tensor tensor) {
    names.reserve(name);
    initializers.put(name, tensor);
    types.put(name, tensor.type());
    return new Value(name, tensor.type());
  }

  public void removeInitializer(String name) {
    initializers.remove(name);
    initializerProtos.remove(name);
  }

  /** Turns an initializer into an input of the same name and type. */
  public Tensor initializerToInput(String name) {
    Tensor tensor = initializer(name);
    removeInitializer(name);
    addInput(name, tensor.type());
    return tensor;
  }

  /** States what is known of a value. */
  public void setType(String name, TensorType type) {
    types.put(name, type);
  }

  /**
   * Changes the bodies that nodes hold: the branches of an If, the body of a loop. To a body's
   * graph the values around it are there, with what is known of their types.
   */
  public void changeBodies(Consumer<Graph> change) {
    for (Node node : List.copyOf(nodes)) {
      if (!node.attributes().subgraphs().isEmpty()) {
        Attributes changed =
            node.attributes()
                .withSubgraphs(
                    proto -> {
                      Graph body = body(proto);
                      change.accept(body);
                      return body.toModel().toProto().getGraph();
                    });
        replace(node, node.domain(), node.opType(), changed, node.inputs());
      }
    }
  }

  /** Whether a node calls a function that the model brings along. */
  public boolean isCall(Node node) {
    return functions.containsKey(node.qualifiedOpType());
  }

  /**
   * Puts the nodes of a model's own function in place of a node that calls it.
   *
   * @return the nodes
   * @throws GraphException if the function is written in another version of ONNX's operators than
   *     the model, or has fewer outputs than the call
   */
  public List<Node> inlineCall(Node call) {
    FunctionProto function =
        Objects.requireNonNull(functions.get(call.qualifiedOpType()), call.qualifiedOpType());
    for (OperatorSetIdProto imported : function.getOpsetImportList()) {
      long own = opsets.computeIfAbsent(imported.getDomain(), domain -> imported.getVersion());
      if (own != imported.getVersion()) {
        throw new GraphException(
            "Function '%s' is written in version %d of the operators of domain '%s', the model in %d"
                .formatted(
                    call.qualifiedOpType(), imported.getVersion(), imported.getDomain(), own));
      }
    }
    if (call.outputs().size() > function.getOutputCount()) {
      throw new GraphException(
          "%s has more outputs than function '%s', which has %s"
              .formatted(call, call.qualifiedOpType(), function.getOutputList()));
    }
    Map<String, AttributeProto> arguments = new HashMap<>();
    function.getAttributeProtoList().forEach(a -> arguments.put(a.getName(), a));
    call.attributes().toProtos().forEach(a -> arguments.put(a.getName(), a));
    Inlining inlining = new Inlining(arguments, names::fresh);
    remove(call);
    inlining.bind(function.getInputList(), call.inputs());
    inlining.bind(function.getOutputList().subList(0, call.outputs().size()), call.outputs());
    List<Node> inlined = inlining.nodes(function.getNodeList()).stream().map(Node::of).toList();
    inlined.forEach(this::link);
    return inlined;
  }

  /** Forgets the functions that the model brings along; no node may call one. */
  public void removeFunctions() {
    functions.clear();
  }

  /**
   * Puts the nodes of one of its bodies in place of a node: the branch of an If that is taken.
   *
   * @param attribute the body
   */
  public void inlineBody(Node holder, String attribute) {
    GraphProto proto = holder.attributes().subgraph(attribute);
    Inlining inlining = new Inlining(Map.of(), names::fresh);
    remove(holder);
    OnnxModel.initializers(proto)
        .forEach((name, tensor) -> setInitializer(inlining.made(name), tensor));
    inlining.nodes(proto.getNodeList()).forEach(node -> link(Node.of(node)));
    for (int i = 0; i < holder.outputs().size(); i++) {
      String made = inlining.read(proto.getOutput(i).getName());
      add(
          Node.ONNX,
          "Identity",
          Attributes.NONE,
          List.of(made),
          List.of(new Value(holder.output(i), value(holder.output(i), made))));
    }
  }

  private TensorType value(String output, String made) {
    return type(output)
        .or(() -> type(made))
        .orElseThrow(
            () -> new GraphException("The element type of '%s' is not known".formatted(output)));
  }

  private Graph body(GraphProto proto) {
    ModelProto model = origin.toBuilder().setGraph(proto).build();
    Graph body = new Graph(model, file, false, names, this);
    body.opsets.putAll(opsets);
    body.functions.putAll(functions);
    body.fill(proto, OnnxModel.initializers(proto));
    return body;
  }

  /** Removes every node and initializer that no output needs. */
  public void removeUnused() {
    Set<Node> needed = new HashSet<>(ancestors(outputs));
    for (Node node : List.copyOf(nodes)) {
      if (!needed.contains(node)) {
        remove(node);
      }
    }
    for (String name : List.copyOf(initializers.keySet())) {
      if (consumers(name).isEmpty() && !outputs.contains(name)) {
        removeInitializer(name);
      }
    }
    initializerProtos
        .keySet()
        .removeIf(name -> !initializers.containsKey(name) && consumers(name).isEmpty());
  }

  private void link(Node node) {
    nodes.add(node);
    names.reserve(node.name());
    for (String output : node.outputs()) {
      if (output.isEmpty()) {
        continue;
      }
      names.reserve(output);
      Node other = producers.put(output, node);
      if (other != null || inputs.containsKey(output)) {
        throw new GraphException(
            "Value '%s' is made twice: by %s and by %s"
                .formatted(output, other == null ? "the graph's input" : other, node));
      }
    }
    for (String input : node.reads()) {
      consumers.computeIfAbsent(input, name -> new LinkedHashSet<>()).add(node);
    }
  }

  // ---- to a file

  /**
   * Checks that every value that is read has a producer.
   *
   * @throws GraphException that names the value and the node that reads it
   */
  public void validate() {
    for (Node node : nodes) {
      for (String input : node.reads()) {
        if (!has(input)) {
          throw new GraphException(
              "%s reads value '%s', which no input, initializer or node makes"
                  .formatted(node, input));
        }
      }
    }
    for (String output : outputs) {
      if (!has(output)) {
        throw new GraphException(
            "The graph's output '%s' is made by no input, initializer or node".formatted(output));
      }
    }
  }

  /** The graph as a model, its nodes sorted. Value types that are known are kept in it. */
  public OnnxModel toModel() {
    validate();
    GraphProto.Builder body =
        origin.getGraph().toBuilder()
            .clearNode()
            .clearInitializer()
            .clearInput()
            .clearOutput()
            .clearValueInfo();
    if (body.getName().isEmpty()) {
      body.setName("graph");
    }
    topological().forEach(node -> body.addNode(node.toProto()));
    initializers.forEach((name, tensor) -> body.addInitializer(header(name, tensor)));
    initializerProtos.forEach(
        (name, proto) -> {
          if (!initializers.containsKey(name)) {
            body.addInitializer(proto);
          }
        });
    inputs.forEach((name, type) -> body.addInput(interfaceProto(name, type)));
    for (String output : outputs) {
      body.addOutput(interfaceProto(output, types.get(output)));
    }
    for (Node node : nodes) {
      for (String output : node.outputs()) {
        TensorType type = types.get(output);
        if ((type != null || interfaceProtos.containsKey(output)) && !outputs.contains(output)) {
          body.addValueInfo(interfaceProto(output, type));
        }
      }
    }
    ModelProto.Builder model =
        origin.toBuilder()
            .setGraph(body)
            .clearOpsetImport()
            .clearFunctions()
            .addAllFunctions(functions.values());
    opsets.forEach(
        (domain, version) ->
            model.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
    return new OnnxModel(model.build(), new LinkedHashMap<>(initializers), externalData, file);
  }

  /** What the message holds of an initializer beside its numbers, which the model adds. */
  private TensorProto header(String name, Tensor tensor) {
    TensorProto.Builder header =
        ExternalData.withoutData(
                initializerProtos.getOrDefault(name, TensorProto.getDefaultInstance()))
            .setName(name)
            .setDataType(tensor.elementType().onnxNumber())
            .clearDims();
    for (long dim : tensor.dims()) {
      header.addDims(dim);
    }
    return header.build();
  }

  private ValueInfoProto interfaceProto(String name, @Nullable TensorType type) {
    ValueInfoProto old = interfaceProtos.get(name);
    if (old != null && (type == null || TypeProtos.tryRead(old).filter(type::equals).isPresent())) {
      return old;
    }
    return type == null
        ? ValueInfoProto.newBuilder().setName(name).build()
        : TypeProtos.write(name, type);
  }
}
