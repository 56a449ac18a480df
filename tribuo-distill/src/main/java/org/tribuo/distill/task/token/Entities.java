package org.tribuo.distill.task.token;

import java.util.ArrayList;
import java.util.List;

/**
 * The entities that the tags of a sequence mark, by the rules of CoNLL's {@code conlleval}.
 *
 * <p>A tag is {@code O}, outside of all; or a prefix, a hyphen and a type: {@code B} begins an
 * entity and {@code I} continues it (BIO); {@code E} or {@code L} ends one and {@code S} or {@code
 * U} is one alone (IOBES, BILOU); or a plain type, where neighbours of one type are one entity. A
 * prefix alone, such as {@code B}, is that of an entity of the only type, {@value #ONLY_TYPE}.
 *
 * <p>A tag that cannot follow the one before it is repaired and counted: one that continues or ends
 * what has not begun begins an entity. Where {@code E}, {@code L}, {@code S} or {@code U} occur, an
 * entity that is neither continued nor ended is taken as it is, and counted too.
 *
 * @param found in their order
 * @param illegal how many tags were repaired
 */
public record Entities(List<Entity> found, int illegal) {
  private static final String OUTSIDE = "O";
  private static final String ONLY_TYPE = "entity";
  private static final String ENDING = "ELSU";
  private static final String PREFIXES = "BI" + ENDING;

  public Entities {
    found = List.copyOf(found);
  }

  /**
   * A tag, taken apart.
   *
   * @param prefix one of BIES, or O; P for a plain type
   */
  private record Tag(char prefix, String type) {
    static final Tag NONE = new Tag('O', "");

    static Tag of(String name) {
      if (name.equals(OUTSIDE)) {
        return NONE;
      }
      if (!hasPrefix(name, PREFIXES)) {
        return new Tag('P', name);
      }
      String type = name.length() == 1 ? ONLY_TYPE : name.substring(2);
      return switch (name.charAt(0)) {
        case 'L' -> new Tag('E', type);
        case 'U' -> new Tag('S', type);
        default -> new Tag(name.charAt(0), type);
      };
    }

    /** Whether an entity may continue after this tag. */
    boolean isOpen() {
      return prefix == 'B' || prefix == 'I' || prefix == 'P';
    }

    boolean continues(Tag before) {
      boolean goesOn = prefix == 'I' || prefix == 'E' || (prefix == 'P' && before.prefix == 'P');
      return goesOn && before.isOpen() && before.type.equals(type);
    }
  }

  /**
   * The entities of one sequence.
   *
   * @param tags one for each element
   * @param entitiesAreEnded whether the scheme has tags for the last element of an entity
   */
  public static Entities of(List<String> tags, boolean entitiesAreEnded) {
    List<Entity> found = new ArrayList<>();
    int illegal = 0;
    int from = 0;
    Tag before = Tag.NONE;
    for (int i = 0; i <= tags.size(); i++) {
      Tag tag = i < tags.size() ? Tag.of(tags.get(i)) : Tag.NONE;
      if (!tag.continues(before)) {
        if (before.prefix != 'O') {
          found.add(new Entity(from, i, before.type));
        }
        from = i;
        boolean notBegun = tag.prefix == 'I' || tag.prefix == 'E';
        boolean notEnded = entitiesAreEnded && (before.prefix == 'B' || before.prefix == 'I');
        illegal += notBegun || notEnded ? 1 : 0;
      }
      before = tag;
    }
    return new Entities(found, illegal);
  }

  /** Whether some tags are of a scheme that ends entities: IOBES or BILOU. */
  public static boolean areEnded(Iterable<String> tags) {
    for (String tag : tags) {
      if (hasPrefix(tag, ENDING)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a tag is one of some prefixes, alone or with a type. */
  private static boolean hasPrefix(String tag, String prefixes) {
    return !tag.isEmpty()
        && prefixes.indexOf(tag.charAt(0)) >= 0
        && (tag.length() == 1 || (tag.length() > 2 && tag.charAt(1) == '-'));
  }

  /**
   * Some neighbouring elements of a sequence that are of one type.
   *
   * @param from its first element
   * @param to the index after its last element
   */
  public record Entity(int from, int to, String type) {}
}
