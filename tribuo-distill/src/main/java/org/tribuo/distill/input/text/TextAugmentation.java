package org.tribuo.distill.input.text;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * More texts for a student to learn from its teacher, made of those at hand: altered copies, which
 * have no labels, since what is true of a text need not be true of its copy. In a copy each word is
 * replaced with a probability by another one, and some copies are a run of words of their text
 * alone, as in Tang et al. 2019, <em>Distilling Task-Specific Knowledge from BERT into Simple
 * Neural Networks</em>, arXiv:1903.12136, section 3.3. The other word is any of the different words
 * of all texts, each with the same probability, so that names and rare words come often.
 *
 * <pre>{@code
 * TextAugmentation.copies(3).replaced(0.2).seed(1)
 *
 * <component name="augmentation" type="org.tribuo.distill.input.text.TextAugmentation">
 *   <property name="copies" value="3"/>
 *   <property name="replaced" value="0.2"/>
 * </component>
 * }</pre>
 *
 * <p>The same texts in the same order and the same seed give the same copies; one text more may
 * change them all. Copies do not go with their text where examples are held out or divided into
 * folds: split first. Immutable and safe for many threads.
 */
public final class TextAugmentation
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** Why a source refuses an augmentation, with the name of its file to be filled in. */
  static final String NO_COPIES =
      "makes no copy of the texts of %s that is not among them: their words, which are what is between white space, are too few; omit it";

  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  @ConfigurableName private String component = "TextAugmentation";

  @Config(
      mandatory = true,
      description = "The copies of each text, 1 or more, of which equal ones are left out.")
  private int copies;

  @Config(description = "The probability with which a word of a copy is replaced, from 0 to 1.")
  private double replaced = 0.1;

  @Config(
      description =
          "The probability with which a copy is a run of its text's words alone, from 0 to 1: of"
              + " two words or more, each begin being equally probable, and then each end.")
  private double pieces = 0.25;

  @Config(description = "The seed of all copies.")
  private long seed;

  /** For OLCUT. */
  private TextAugmentation() {}

  /**
   * Copies in which one word of ten is replaced, and of which a quarter are pieces.
   *
   * @param copies of each text
   * @throws PropertyException if there are fewer than 1
   */
  public static TextAugmentation copies(int copies) {
    return new TextAugmentation().with(augmentation -> augmentation.copies = copies);
  }

  /**
   * The same with another probability for each word to be replaced.
   *
   * @throws PropertyException if it is not from 0 to 1
   */
  public TextAugmentation replaced(double probability) {
    return with(other -> other.replaced = probability);
  }

  /**
   * The same with another probability for each copy to be a piece of its text.
   *
   * @throws PropertyException if it is not from 0 to 1
   */
  public TextAugmentation pieces(double probability) {
    return with(other -> other.pieces = probability);
  }

  /** Other copies. */
  public TextAugmentation seed(long seed) {
    return with(other -> other.seed = seed);
  }

  private TextAugmentation with(Consumer<TextAugmentation> change) {
    TextAugmentation other = new TextAugmentation();
    other.copies = copies;
    other.replaced = replaced;
    other.pieces = pieces;
    other.seed = seed;
    change.accept(other);
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkAtLeast("copies", 1, copies);
    properties.checkProbability("replaced", replaced);
    properties.checkProbability("pieces", pieces);
    if (replaced == 0 && pieces == 0) {
      throw new PropertyException(
          component,
          "replaced",
          "is 0, and pieces is 0 too, so that copies would be equal; state one of the two");
    }
  }

  /**
   * The copies of texts that are split into words.
   *
   * @param texts the words of each
   * @return at most as many copies of each text as stated: one that is equal to a text, or to a
   *     copy before, is left out
   */
  public List<List<String>> ofWords(List<List<String>> texts) {
    List<String> words = List.copyOf(new TreeSet<>(texts.stream().flatMap(List::stream).toList()));
    SplittableRandom random = new SplittableRandom(seed);
    Set<List<String>> copied = new LinkedHashSet<>();
    for (List<String> text : texts) {
      for (int copy = 0; copy < copies; copy++) {
        copied.add(withOtherWords(piece(text, random), words, random));
      }
    }
    texts.forEach(copied::remove);
    return new ArrayList<>(copied);
  }

  /**
   * The copies of texts whose words are separated by white space; in a copy it is one space.
   *
   * @return as {@link #ofWords}
   */
  public List<String> ofTexts(List<String> texts) {
    List<List<String>> words = texts.stream().map(TextAugmentation::words).toList();
    return ofWords(words).stream().map(copy -> String.join(" ", copy)).toList();
  }

  private static List<String> words(String text) {
    return SPACE.splitAsStream(text).filter(word -> !word.isEmpty()).toList();
  }

  /** A run of the words, or all of them. */
  private List<String> piece(List<String> text, SplittableRandom random) {
    boolean whole = random.nextDouble() >= pieces;
    if (whole || text.size() <= 2) {
      return text;
    }
    int begin = random.nextInt(text.size() - 1);
    int end = random.nextInt(begin + 2, text.size() + 1);
    return text.subList(begin, end);
  }

  private List<String> withOtherWords(
      List<String> text, List<String> words, SplittableRandom random) {
    List<String> copy = new ArrayList<>(text);
    copy.replaceAll(
        word -> random.nextDouble() < replaced ? words.get(random.nextInt(words.size())) : word);
    return List.copyOf(copy);
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "TextAugmentation");
  }

  @Override
  public String toString() {
    return "TextAugmentation(copies=%d, replaced=%s, pieces=%s, seed=%d)"
        .formatted(copies, replaced, pieces, seed);
  }
}
