package org.tribuo.distill.input.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's table of what characters are normalised to: the size of a trie in bytes, the trie
 * as a double array (Darts-clone), and the replacements, each ended by a zero. Native code follows
 * it without looking where it leads, so every place that it can lead to is visited here before.
 *
 * <p>A unit of the array: the byte that leads to it in bits 0 to 7, whether a key ends there in bit
 * 8, where the next ones lie in bits 10 to 30, relative and shifted by 8 if bit 9 is set; or, with
 * bit 31 set, where the replacement begins.
 */
final class CharacterMap {
  private static final int IS_VALUE = 1 << 31;

  private final int[] units;
  private final byte[] replacements;

  private CharacterMap(int[] units, byte[] replacements) {
    this.units = units;
    this.replacements = replacements;
  }

  /**
   * @param encoded the table in Base64
   * @throws IllegalArgumentException if it is none, or leads outside itself
   */
  static void check(JsonNode encoded) {
    byte[] content;
    try {
      content = encoded.isTextual() ? encoded.binaryValue() : new byte[0];
    } catch (IOException e) {
      throw new IllegalArgumentException("its precompiled_charsmap is not in Base64", e);
    }
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    long size = bytes.remaining() < Integer.BYTES ? -1 : Integer.toUnsignedLong(bytes.getInt());
    TokenizerFault.require(
        size >= Integer.BYTES && size % Integer.BYTES == 0 && size <= bytes.remaining(),
        "its precompiled_charsmap has %d bytes and says that its trie has %d, expected a multiple of 4 that fits",
        content.length,
        size);
    int[] units = new int[(int) size / Integer.BYTES];
    bytes.asIntBuffer().get(units);
    byte[] replacements = new byte[bytes.remaining() - (int) size];
    bytes.position(bytes.position() + (int) size).get(replacements);
    TokenizerFault.require(
        Arrays.equals(new String(replacements, UTF_8).getBytes(UTF_8), replacements),
        "its precompiled_charsmap has replacements that are not in UTF-8");
    new CharacterMap(units, replacements).follow();
  }

  private void follow() {
    BitSet seen = new BitSet(units.length);
    Deque<Integer> open = new ArrayDeque<>();
    open.add(offset(units[0]));
    while (!open.isEmpty()) {
      int node = open.pop();
      for (int character = 1; character < 256; character++) {
        int place = node ^ character;
        int unit = unit(place);
        if ((unit & (IS_VALUE | 0xFF)) == character && !seen.get(place)) {
          seen.set(place);
          int next = place ^ offset(unit);
          if ((unit >>> 8 & 1) == 1) {
            checkReplacement(unit(next) & ~IS_VALUE);
          }
          open.push(next);
        }
      }
    }
  }

  private int unit(int place) {
    TokenizerFault.require(
        place >= 0 && place < units.length,
        "the trie of its precompiled_charsmap has %d units and leads to unit %d",
        units.length,
        place);
    return units[place];
  }

  private static int offset(int unit) {
    return unit >>> 10 << ((unit & 1 << 9) >>> 6);
  }

  private void checkReplacement(int start) {
    TokenizerFault.require(
        start < replacements.length && (replacements[start] & 0xC0) != 0x80,
        "its precompiled_charsmap has %d bytes of replacements, and one begins in the middle of a character or after them, at %d",
        replacements.length,
        start);
  }
}
