package org.tribuo.distill.mutation;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.io.ConfigLoaderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A configuration of a trainer. */
final class DamagedXml implements DamagedInput {
  private static final Pattern VALUE =
      Pattern.compile("(?:name|type|value)=\"([^\"]*)\"|<item>([^<]*)<");

  private static final String[] VALUES = {
    "", "x", "0", "-1", "1e999", "NaN", "99999999999", "true", "trainer", "null", "&lt;", "1,5"
  };

  private final String whole =
      new String(Resources.bytes("/org/tribuo/distill/distillation.xml"), StandardCharsets.UTF_8)
          .replace("${encoder}", Resources.path("/zoo/minilm_embedding_ts14/model.onnx").toString())
          .replace("${teacher}", Resources.path("/zoo/bert_seqcls_ts11/model.onnx").toString());

  @Override
  public void write(Path folder, SplittableRandom random) throws IOException {
    Path file = folder.resolve("trainer.xml");
    if (random.nextInt(3) == 0) {
      Files.write(file, ByteDamage.damaged(whole.getBytes(StandardCharsets.UTF_8), random));
      return;
    }
    StringBuilder xml = new StringBuilder(whole);
    List<MatchResult> values = VALUE.matcher(whole).results().toList();
    MatchResult value = values.get(random.nextInt(values.size()));
    int group = value.group(1) == null ? 2 : 1;
    String other =
        random.nextBoolean()
            ? VALUES[random.nextInt(VALUES.length)]
            : texts(values).get(random.nextInt(values.size()));
    xml.replace(value.start(group), value.end(group), other);
    Files.writeString(file, xml);
  }

  private static List<String> texts(List<MatchResult> values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.group(1) == null ? value.group(2) : value.group(1)));
    return texts;
  }

  @Override
  public void use(Path folder) {
    try (ConfigurationManager manager =
        new ConfigurationManager(folder.resolve("trainer.xml").toString())) {
      manager.lookup("trainer");
    } catch (StackOverflowError | NullPointerException e) {
      // OLCUT itself follows components in a circle for ever, and meets some elements like this;
      // the programs name what they were reading.
      throw new ConfigLoaderException("OLCUT cannot read the configuration in " + folder);
    }
  }

  /** OLCUT names components and properties, and not always the file, which programs add. */
  @Override
  public List<String> names(Path folder) {
    return List.of(folder.toString(), "omponent", "ropert", "ConfigLoaderException");
  }
}
