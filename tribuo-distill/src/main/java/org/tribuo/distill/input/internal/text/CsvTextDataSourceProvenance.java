package org.tribuo.distill.input.internal.text;

import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.MapProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.PrimitiveProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DateTimeProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.HashProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.IntProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.distill.input.text.CsvFormat;
import org.tribuo.distill.internal.component.FilesProvenance;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Where the examples of a {@code CsvTextDataSource} come from: its settings, when it was made, the
 * SHA-256 of each file that it read, the number of tokens to which longer texts were cut, and how
 * the rows were read ({@code found-format}).
 */
public final class CsvTextDataSourceProvenance extends FilesProvenance
    implements ConfiguredDataSourceProvenance {
  private static final long serialVersionUID = 1L;

  /** The name of the SHA-256 of the tokenizer's file; that of the CSV is {@link #RESOURCE_HASH}. */
  public static final String TOKENIZER_HASH = "tokenizer-hash";

  /** The name of the SHA-256 of the file of rows that keep their label, if there is one. */
  public static final String KEEP_LABELS_HASH = "keep-labels-hash";

  /** The files, as they are now. */
  public CsvTextDataSourceProvenance(
      ConfigurableDataSource<?> source,
      CsvFormat format,
      Path data,
      Path tokenizer,
      @Nullable Path keepLabels,
      int maxTokens) {
    super(source, "DataSource", found(data, format, tokenizer, keepLabels, maxTokens));
  }

  /**
   * For unmarshalling.
   *
   * @param map the values, by their names
   */
  public CsvTextDataSourceProvenance(Map<String, Provenance> map) {
    super(map);
  }

  /**
   * The maximum number of tokens of a text that comes from a {@code CsvTextDataSource}, also by way
   * of splits, views and unions; the largest number, where there are several.
   *
   * @param provenance of a dataset
   */
  public static OptionalInt maxTokens(Provenance provenance) {
    return sources(provenance)
        .map(source -> source.getInstanceValues().get(MAX_TOKENS))
        .filter(IntProvenance.class::isInstance)
        .mapToInt(tokens -> ((IntProvenance) tokens).getValue())
        .max();
  }

  /**
   * The SHA-256 of the tokenizers that made the texts which come from a {@code CsvTextDataSource},
   * as lower-case hexadecimal digits; one as a rule.
   *
   * @param provenance of a dataset
   */
  public static Set<String> tokenizers(Provenance provenance) {
    return sources(provenance)
        .map(source -> source.getInstanceValues().get(TOKENIZER_HASH))
        .filter(HashProvenance.class::isInstance)
        .map(hash -> ((HashProvenance) hash).getValue().toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Whether examples that come from a {@code CsvTextDataSource} are pairs of texts.
   *
   * @param provenance of a dataset
   */
  public static boolean havePairs(Provenance provenance) {
    return sources(provenance)
        .anyMatch(
            source ->
                source.getConfiguredParameters().get("pairColumn") instanceof StringProvenance);
  }

  private static Stream<CsvTextDataSourceProvenance> sources(Provenance provenance) {
    if (provenance instanceof CsvTextDataSourceProvenance source) {
      return Stream.of(source);
    } else if (provenance instanceof ObjectProvenance object) {
      return StreamSupport.stream(object.spliterator(), false)
          .flatMap(value -> sources(value.getB()));
    } else if (provenance instanceof ListProvenance<?> list) {
      return list.getList().stream().flatMap(CsvTextDataSourceProvenance::sources);
    } else if (provenance instanceof MapProvenance<?> map) {
      return map.getMap().values().stream().flatMap(CsvTextDataSourceProvenance::sources);
    }
    return Stream.empty();
  }

  private static List<PrimitiveProvenance<?>> found(
      Path data, CsvFormat format, Path tokenizer, @Nullable Path keepLabels, int maxTokens) {
    List<PrimitiveProvenance<?>> found = new ArrayList<>();
    found.add(time(FILE_MODIFIED_TIME, Instant.ofEpochMilli(data.toFile().lastModified())));
    found.add(time(DATASOURCE_CREATION_TIME, Instant.now()));
    found.add(sha256(RESOURCE_HASH, data));
    found.add(found("format", format.toString()));
    found.add(sha256(TOKENIZER_HASH, tokenizer));
    found.add(new IntProvenance(MAX_TOKENS, maxTokens));
    if (keepLabels != null) {
      found.add(sha256(KEEP_LABELS_HASH, keepLabels));
    }
    return found;
  }

  private static DateTimeProvenance time(String key, Instant instant) {
    return new DateTimeProvenance(key, OffsetDateTime.ofInstant(instant, ZoneId.systemDefault()));
  }
}
