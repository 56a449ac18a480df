package org.tribuo.distill;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import java.io.StringReader;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * The components that pages and javadoc configure exist, and have the properties that they are
 * given, of these types.
 */
class DocumentationXmlTest {
  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Path PAGES = Path.of("..", "src", "site", "markdown");
  private static final Pattern COMPONENT =
      Pattern.compile("(?s)<component [^/>]*(?:/>|>.*?</component>)");

  @TestFactory
  Stream<DynamicTest> whatIsConfiguredIsThere() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : files()) {
      String text = Files.readString(file).replaceAll("(?m)^ *\\* ?", "");
      List<String> found = COMPONENT.matcher(text).results().map(match -> match.group()).toList();
      if (!found.isEmpty()) {
        tests.add(DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(found)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(40);
    return tests.stream();
  }

  /** With a tiny encoder and some rows in the place of the page's files. */
  @Test
  @SuppressWarnings({"unchecked", "rawtypes"}) // the trainer trains on what it is given
  void thePageOfLabelsAndScoresTrains(@TempDir Path folder) throws Exception {
    String page = Files.readString(PAGES.resolve("labels-and-scores.md"));
    String xml =
        COMPONENT.matcher(page).results().map(match -> match.group()).collect(joining("\n"));
    Path pairs = folder.resolve("pairs.csv");
    Files.writeString(pairs, "first,second,relatedness\nw5,w6,4\nw7,w8 w9,1.5\n");
    Path comments = folder.resolve("comments.csv");
    Files.writeString(comments, "text,emotions\nw5 w6,\"joy,fear\"\nw7,joy\nw8,fear\n");
    Path config = folder.resolve("page.xml");
    Files.writeString(
        config,
        "<config>%s</config>"
            .formatted(xml)
            .replace("pairs.csv", pairs.toString())
            .replace("comments.csv", comments.toString())
            .replace("encoder.onnx", Zoo.file("bert_seqcls_ts11").toString())
            .replace(
                "tokenizer.json",
                Path.of(DistillationTrainer.class.getResource("tiny-tokenizer.json").toURI())
                    .toString()));
    try (ConfigurationManager manager = new ConfigurationManager(config.toString())) {
      DistillationTrainer trainer = (DistillationTrainer) manager.lookup("trainer");
      for (String data : List.of("pairs", "comments")) {
        CsvTextDataSource source = (CsvTextDataSource) manager.lookup(data);
        try (DistilledModel model = trainer.train(new MutableDataset<>(source))) {
          assertThat(model.labelOrder())
              .isEqualTo(data.equals("pairs") ? List.of("DIM-0") : List.of("fear", "joy"));
        }
      }
    }
  }

  private static List<Path> files() throws Exception {
    try (Stream<Path> pages = Files.list(PAGES);
        Stream<Path> sources = Files.walk(SOURCES)) {
      return Stream.concat(pages, sources)
          .filter(file -> file.toString().matches(".*\\.(md|java)"))
          .sorted()
          .toList();
    }
  }

  private static void check(List<String> components) throws Exception {
    for (String component : components) {
      Element element =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(component)))
              .getDocumentElement();
      Class<?> type = Class.forName(element.getAttribute("type"));
      assertThat(Configurable.class).isAssignableFrom(type);
      Map<String, Field> known = properties(type);
      for (Element property : children(element)) {
        String name = property.getAttribute("name");
        assertThat(known).as("properties of " + type.getSimpleName()).containsKey(name);
        if (property.getTagName().equals("property")) {
          checkValue(known.get(name), property.getAttribute("value"));
        } else {
          assertThat(property.getTagName()).isIn("propertylist", "propertymap");
        }
      }
    }
  }

  private static Map<String, Field> properties(Class<?> type) {
    Map<String, Field> properties = new HashMap<>();
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      Arrays.stream(each.getDeclaredFields())
          .filter(field -> field.isAnnotationPresent(Config.class))
          .forEach(field -> properties.put(field.getName(), field));
    }
    return properties;
  }

  private static List<Element> children(Element element) {
    NodeList nodes = element.getChildNodes();
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .filter(node -> node.getNodeType() == Node.ELEMENT_NODE)
        .map(Element.class::cast)
        .toList();
  }

  private static void checkValue(Field property, String value) {
    Class<?> type = property.getType();
    assertThat(value).as(property.toString()).isNotEmpty();
    if (type.isEnum()) {
      assertThat(Arrays.stream(type.getEnumConstants()).map(Object::toString)).contains(value);
    } else if (type == boolean.class) {
      assertThat(value).as(property.toString()).isIn("true", "false");
    } else if (type == int.class || type == long.class) {
      assertThat(value).as(property.toString()).matches("-?[0-9]+");
    } else if (type == float.class || type == double.class) {
      assertThat(Double.parseDouble(value)).as(property.toString()).isFinite();
    }
  }
}
