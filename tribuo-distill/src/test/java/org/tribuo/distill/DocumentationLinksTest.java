package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The links of the documentation lead somewhere, on a git host and on the site. The site is made of
 * the same pages: Doxia turns links to {@code page.md} into links to {@code page.html}, but names
 * the anchors of headings otherwise, so a heading that a page links to has its anchor before it.
 */
class DocumentationLinksTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path SITE = ROOT.resolve(Path.of("src", "site", "markdown"));

  private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```|`[^`\n]*`");
  private static final Pattern LINK = Pattern.compile("]\\(\\s*([^)\\s]+)\\s*\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("(https?|mailto):.*");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");

  /** Where a link of a page leads. */
  private record Link(Path page, String target) {
    Path file() {
      String path = target.replaceFirst("#.*", "");
      return path.isEmpty() ? page : page.resolveSibling(path).normalize();
    }

    String anchor() {
      return target.contains("#") ? target.substring(target.indexOf('#') + 1) : "";
    }

    @Override
    public String toString() {
      return "%s: (%s)".formatted(ROOT.relativize(page), target);
    }
  }

  static Stream<Path> pages() {
    return Stream.of(ROOT, SITE, ROOT.resolve(Path.of("examples", "data", "banking77")))
        .flatMap(DocumentationLinksTest::markdownIn);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsToAFileAndAHeading(Path page) throws IOException {
    for (Link link : linksOf(page)) {
      assertThat(link.file()).as("%s", link).exists().startsWith(ROOT);
      if (!link.anchor().isEmpty()) {
        assertThat(anchorsOf(link.file())).as("%s", link).contains(link.anchor());
      }
    }
  }

  @Test
  void theSiteHasWhatItsPagesLinkTo() throws IOException {
    for (Path page : markdownIn(SITE).toList()) {
      for (Link link : linksOf(page)) {
        assertThat(link.file())
            .as("%s, of which the site has pages, their tables and pictures alone", link)
            .startsWith(SITE)
            .satisfies(file -> assertThat(file.toString()).matches(".*\\.(md|csv|png)"));
        if (!link.anchor().isEmpty()) {
          assertThat(Files.readString(link.file()))
              .as("%s needs an anchor of its own before the heading", link)
              .contains("<a id=\"%s\"></a>\n\n#".formatted(link.anchor()));
        }
      }
    }
  }

  @Test
  void linksAreFound() throws IOException {
    assertThat(linksOf(ROOT.resolve("README.md"))).hasSizeGreaterThan(10);
    assertThat(linksOf(SITE.resolve("index.md"))).hasSizeGreaterThan(5);
  }

  private static Stream<Path> markdownIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Link> linksOf(Path page) throws IOException {
    return LINK.matcher(withoutCode(page))
        .results()
        .map(found -> found.group(1))
        .filter(target -> !ELSEWHERE.matcher(target).matches())
        .map(target -> new Link(page, target))
        .toList();
  }

  /** As a git host makes them: lower case, hyphens for blanks, without punctuation. */
  private static List<String> anchorsOf(Path page) throws IOException {
    return HEADING
        .matcher(withoutCode(page))
        .results()
        .map(found -> found.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }

  private static String withoutCode(Path page) throws IOException {
    return CODE.matcher(Files.readString(page)).replaceAll("");
  }
}
