package org.tribuo.distill.input.text;

import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A file of text in a character set that is stated, or follows from a byte order mark, or else
 * UTF-8. A byte order mark is not part of the text. Bytes that are not text are an error that says
 * where they are, never a replacement character. Immutable and safe for many threads.
 */
public final class TextFile {
  /** What to do about a character that no text has, but UTF-16 that is read as UTF-8. */
  static final String IF_NUL =
      "is the file damaged, or in UTF-16, which its charset would have to state?";

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /** Those that have a byte order mark; of UTF-32LE it begins with that of UTF-16LE. */
  private static final List<Charset> MARKED =
      List.of(
          Charset.forName("UTF-32LE"),
          Charset.forName("UTF-32BE"),
          StandardCharsets.UTF_8,
          StandardCharsets.UTF_16LE,
          StandardCharsets.UTF_16BE);

  private static final int BUFFER = 1 << 13;

  private final Path path;
  private final Charset charset;

  private TextFile(Path path, Charset charset) {
    this.path = path;
    this.charset = charset;
  }

  /**
   * A file in the character set of its byte order mark, or in UTF-8.
   *
   * @throws IOException if it cannot be read
   */
  public static TextFile of(Path path) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(path)) {
      start = in.readNBytes(Integer.BYTES);
    }
    return new TextFile(
        path,
        MARKED.stream()
            .filter(charset -> startsWith(start, mark(charset)))
            .findFirst()
            .orElse(StandardCharsets.UTF_8));
  }

  /** A file in a stated character set. */
  public static TextFile of(Path path, Charset charset) {
    return new TextFile(path, charset);
  }

  private static byte[] mark(Charset charset) {
    return String.valueOf(BYTE_ORDER_MARK).getBytes(charset);
  }

  private static boolean startsWith(byte[] bytes, byte[] mark) {
    return bytes.length >= mark.length
        && Arrays.equals(bytes, 0, mark.length, mark, 0, mark.length);
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** The character set in which it is read. */
  public Charset charset() {
    return charset;
  }

  /**
   * Reads the text; to be closed. Reading throws a {@link
   * java.nio.charset.CharacterCodingException} at bytes that are not text, whose message has the
   * line.
   *
   * @throws IOException if the file cannot be read
   */
  public Reader open() throws IOException {
    return withoutMark(
        new Located(new InputStreamReader(Files.newInputStream(path), newDecoder())));
  }

  /** Reads the text with a replacement character for what is none; to be closed. */
  Reader openReplacing() throws IOException {
    return withoutMark(new InputStreamReader(Files.newInputStream(path), charset));
  }

  /**
   * The lines of the text.
   *
   * @throws MalformedTextException if some bytes are not text
   * @throws IOException if the file cannot be read, or a line has the character NUL
   */
  public List<String> lines() throws IOException {
    try (BufferedReader reader = new BufferedReader(open())) {
      List<String> lines = reader.lines().toList();
      for (int line = 0; line < lines.size(); line++) {
        if (hasNul(lines.get(line))) {
          throw new IOException(
              "line %d of %s has the character NUL; %s".formatted(line + 1, path, IF_NUL));
        }
      }
      return lines;
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
  }

  static boolean hasNul(String text) {
    return text.indexOf('\0') >= 0;
  }

  private static Reader withoutMark(Reader text) throws IOException {
    PushbackReader reader = new PushbackReader(text);
    int first = reader.read();
    if (first >= 0 && first != BYTE_ORDER_MARK) {
      reader.unread(first);
    }
    return reader;
  }

  private CharsetDecoder newDecoder() {
    return charset
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /** Names the place of the bytes that a decoder could not decode. */
  private final class Located extends FilterReader {
    Located(Reader reader) {
      super(reader);
    }

    @Override
    public int read() throws IOException {
      char[] one = new char[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (MalformedTextException e) {
        throw e;
      } catch (CharacterCodingException e) {
        throw located(e);
      }
    }
  }

  /** Decodes the file again, counting lines and bytes. */
  private IOException located(CharacterCodingException unlocated) throws IOException {
    CharsetDecoder decoder = newDecoder();
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    CharBuffer text = CharBuffer.allocate(BUFFER);
    LineCount lines = new LineCount();
    long read = 0;
    try (InputStream in = Files.newInputStream(path)) {
      while (true) {
        int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
        read += Math.max(count, 0);
        bytes.limit(bytes.position() + Math.max(count, 0)).position(0);
        CoderResult result;
        do {
          result = decoder.decode(bytes, text, count < 0);
          lines.add(text.flip());
          text.clear();
        } while (result.isOverflow());
        if (result.isError()) {
          byte[] malformed = new byte[result.length()];
          long offset = read - bytes.remaining();
          bytes.get(malformed);
          return new MalformedTextException(path, charset, lines.line(), offset, malformed);
        }
        if (count < 0) {
          return unlocated;
        }
        bytes.compact();
      }
    }
  }

  /** Counts lines as editors do: they end with LF, CR, or CR and LF. */
  private static final class LineCount {
    private long line = 1;
    private char before;

    void add(CharBuffer text) {
      while (text.hasRemaining()) {
        char next = text.get();
        if (next == '\r' || (next == '\n' && before != '\r')) {
          line++;
        }
        before = next;
      }
    }

    long line() {
      return line;
    }
  }

  @Override
  public String toString() {
    return "%s (%s)".formatted(path, charset);
  }
}
