package org.tribuo.distill.recommendation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.input.internal.item.ItemHistory;
import org.tribuo.distill.recommendation.RatingDataSource.Part;
import org.tribuo.test.Helpers;

class RatingDataSourceTest {
  private static final List<String> MOVIELENS = List.of("user", "item", "rating", "timestamp");

  @TempDir private Path folder;

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  /** User 2 has five items, user 7 three, user 9 two and user 1 one. */
  private Path ratings() throws IOException {
    return file(
        "u.data",
        "7\tb\t5\t20",
        "2\te\t1\t900",
        "2\tc\t3\t100.5",
        "2\ta\t3\t100",
        "9\ta\t4\t7",
        "2\td\t3\t101",
        "7\tc\t5\t10",
        "1\tf\t5\t10",
        "9\tb\t4\t7",
        "2\tb\t2\t101",
        "7\ta\t5\t30");
  }

  @Test
  void theLastItemIsTestedTheOneBeforeValidatesAndTheRestTrains() throws IOException {
    RatingDataSource train = RatingDataSource.of(ratings(), MOVIELENS);
    RatingDataSource validation = train.withPart(Part.VALIDATION);
    RatingDataSource test = train.withPart(Part.TEST);

    assertThat(train.histories())
        .containsExactly(entry("2", List.of("a", "c", "d")), entry("9", List.of("a", "b")));
    assertThat(validation.histories())
        .containsExactly(entry("7", List.of("c", "b")), entry("2", List.of("a", "c", "d", "b")));
    assertThat(test.histories())
        .containsExactly(
            entry("7", List.of("c", "b", "a")), entry("2", List.of("a", "c", "d", "b", "e")));
    assertThat(train.withPart(Part.ALL).histories()).containsOnlyKeys("7", "2", "9");
    assertThat(train.size()).isEqualTo(2);
  }

  @Test
  void allPartsHaveTheItemsOfTheWholeFile() throws IOException {
    RatingDataSource train = RatingDataSource.of(ratings(), MOVIELENS);

    assertThat(train.items().names()).containsExactly("a", "b", "c", "d", "e", "f");
    assertThat(train.withPart(Part.TEST).getOutputFactory()).isEqualTo(train.getOutputFactory());
    assertThat(new MutableDataset<>(train).getOutputIDInfo().size()).isEqualTo(6);
  }

  @Test
  void anExampleIsTheHistoryOfAUserAndWhatComesNext() throws IOException {
    Example<NextItem> example = RatingDataSource.of(ratings(), MOVIELENS).iterator().next();

    assertThat(ItemHistory.of(example).numbers()).containsExactly(1, 3);
    assertThat(example.getOutput()).isEqualTo(NextItem.of("d"));
    assertThat(example.getMetadataValue(RatingDataSource.USER)).contains("2");
  }

  @Test
  void aTableMayHaveCommasQuotesAndOtherNames() throws IOException {
    Path table =
        file(
            "films.csv",
            "when,who,what",
            "3,ann,Stalker",
            "1,ann,\"Crouching Tiger, Hidden Dragon\"",
            "2,ann,Alien",
            "4,ann,Brazil");
    RatingDataSource source = RatingDataSource.of(table, "who", "what", "when");

    assertThat(source.histories())
        .containsExactly(entry("ann", List.of("Crouching Tiger, Hidden Dragon", "Alien")));
    Helpers.testProvenanceMarshalling(source.getProvenance());
    assertThat(source.getProvenance().getInstanceValues().get("found-items-sha256").toString())
        .contains(source.items().sha256());
  }

  @Test
  void aSourceComesFromXml() throws IOException {
    Path xml =
        file(
            "config.xml",
            "<config>",
            "  <component name=\"test\" type=\"org.tribuo.distill.recommendation.RatingDataSource\">",
            "    <property name=\"dataPath\" value=\"%s\"/>".formatted(ratings()),
            "    <propertylist name=\"header\"><item>user</item><item>item</item>",
            "      <item>rating</item><item>timestamp</item></propertylist>",
            "    <property name=\"part\" value=\"TEST\"/>",
            "  </component>",
            "</config>");
    RatingDataSource source =
        (RatingDataSource) new ConfigurationManager(xml.toString()).lookup("test");

    assertThat(source.histories()).containsOnlyKeys("7", "2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "user,item,time;1,a,3 | there is no column 'timestamp' among [user, item, time]; name the columns that there are",
        "user,item,timestamp;1,a,3;2,b | line 3 has 2 cells, expected one for each of [user, item, timestamp]",
        "user,item,timestamp;1,,3 | line 2 has nothing in the column 'item'",
        "user,item,timestamp;1,a,noon | line 2 has 'noon' in the column 'timestamp', expected a time as a number, such as seconds",
        "user,item,timestamp;1,a,NaN | line 2 has 'NaN' in the column 'timestamp', expected a time as a number, such as seconds",
        "user,item,timestamp;1,a,3;1,a\0b,3 | line 3 has the character NUL; is the file damaged",
        "user,item,timestamp;1,a,3;1,b,\"3 | it is malformed: Unclosed quoted field at end of input (record starting at line 3)",
      })
  void whatIsNoTableOfRatingsIsRefused(String lines, String message) throws IOException {
    Path table = file("bad.csv", lines.split(";"));

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> RatingDataSource.of(table))
        .withMessageContaining("bad.csv cannot be read as a table of ratings")
        .havingCause()
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "who,item,timestamp | there is no column 'user' among [who, item, timestamp]",
        "user,item,rating,timestamp | line 1 has 3 cells, expected one for each of [user, item, rating, timestamp]",
      })
  void statedColumnsThatDoNotFitAreRefused(String header, String message) throws IOException {
    Path table = file("bad.csv", "1,a,3", "1,b,4");

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> RatingDataSource.of(table, List.of(header.split(","))))
        .withMessageContaining("bad.csv cannot be read as a table of ratings")
        .havingCause()
        .withMessageContaining(message);
  }

  /** As doubles both are one number. */
  @Test
  void timesMayBeNanoseconds() throws IOException {
    Path table =
        file(
            "nanoseconds.csv",
            "user,item,timestamp",
            "1,b,1700000000000000002",
            "1,a,1700000000000000001");

    assertThat(RatingDataSource.of(table).histories())
        .containsExactly(entry("1", List.of("a", "b")));
  }

  @Test
  void aFileWithoutHistoriesIsRefused() throws IOException {
    Path table = file("few.csv", "user,item,timestamp", "1,a,1", "2,b,1");

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> RatingDataSource.of(table))
        .withMessageContaining(
            "few.csv has 2 users and 2 items, and for the part TRAINING none has an item after another");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> RatingDataSource.of(folder.resolve("none.csv")))
        .withMessageContaining("there is no file");
  }
}
