package org.tribuo.distill.teacher;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.input.BatchPlan;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.input.TokenSequence;

/**
 * Texts as a teacher reads them. One that is not told what padding is reads texts of one length at
 * a time, so that what it says of a text does not depend on the others. Where a teacher takes a
 * fixed number of rows, short batches are filled up.
 *
 * @param texts one a row
 * @param inputs those of the teacher
 */
public record TeacherTexts(List<TokenSequence> texts, TokenInputs inputs) implements TeacherInputs {
  @Override
  public int rows() {
    return texts.size();
  }

  @Override
  public Set<String> inputNames() {
    return Set.copyOf(inputs.names());
  }

  @Override
  public String sha256() {
    MessageDigest digest = newDigest();
    for (TokenSequence text : texts) {
      ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + 2 * text.length()));
      bytes.putInt(text.length());
      for (int i = 0; i < text.length(); i++) {
        bytes.putInt(text.id(i)).putInt(text.typeId(i));
      }
      digest.update(bytes.flip());
    }
    if (!inputs.tellPadding()) {
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(inputs.padId()).flip());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public Iterable<TeacherBatch> batches(int from, int to, BatchLimits limits) {
    int[] lengths = texts.subList(from, to).stream().mapToInt(TokenSequence::length).toArray();
    int longest = Arrays.stream(lengths).max().orElse(1);
    BatchPlan plan = BatchPlan.of(limits.maxRows(), Math.max(limits.maxTokens(), longest));
    return () ->
        inputs.batches(plan, lengths).stream()
            .map(rows -> batch(Arrays.stream(rows).map(row -> from + row).toArray()))
            .iterator();
  }

  private TeacherBatch batch(int[] rows) {
    List<TokenSequence> asked = Arrays.stream(rows).mapToObj(texts::get).toList();
    int[] lengths = asked.stream().mapToInt(TokenSequence::length).toArray();
    return new TeacherBatch(rows, lengths, inputs.batch(inputs.filledUp(asked)));
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
