package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.GradientRule.NONE;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.ForwardNode;

/**
 * Einsum. The gradient of an operand is an Einsum again: of dy and the other operands, over the
 * letters that the operand does not have. A letter that only this operand has was summed over, so
 * the gradient is the same along it.
 */
final class EinsumGradient {
  private EinsumGradient() {}

  static List<Value> gradients(Ops op, ForwardNode n, Value dy) {
    Equation equation = Equation.of(n);
    List<Value> dx = new ArrayList<>();
    for (int i = 0; i < n.xs().size(); i++) {
      dx.add(n.wants(i) ? gradient(op, n, dy, equation, i) : NONE);
    }
    return dx;
  }

  private static Value gradient(Ops op, ForwardNode n, Value dy, Equation equation, int index) {
    String own = equation.operands().get(index);
    if (own.chars().distinct().count() != own.length()) {
      throw n.cannot("operand %d is a diagonal ('%s')".formatted(index, own));
    }
    List<Value> factors = new ArrayList<>(n.xs());
    List<String> letters = new ArrayList<>(equation.operands());
    factors.remove(index);
    letters.remove(index);
    factors.add(0, dy);
    letters.add(0, equation.result());

    String elsewhere = String.join("", letters);
    String found =
        own.chars()
            .filter(letter -> elsewhere.indexOf(letter) >= 0)
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    Value sum =
        op.one(
            "Einsum",
            Attributes.NONE.with("equation", String.join(",", letters) + "->" + found),
            TensorType.ofRank(dy.elementType(), found.length()),
            factors.toArray(Value[]::new));
    long[] missing =
        own.chars()
            .filter(letter -> elsewhere.indexOf(letter) < 0)
            .mapToLong(own::indexOf)
            .toArray();
    return missing.length == 0 ? sum : op.expandLike(op.unsqueeze(sum, missing), n.x(index));
  }

  /** Letters of the operands and of the result; those of the ellipsis are capitals. */
  private record Equation(List<String> operands, String result) {
    static Equation of(ForwardNode n) {
      String text = n.attribute("equation", "").replace(" ", "");
      String[] sides = text.split("->", -1);
      List<String> terms = List.of(sides[0].split(",", -1));
      if (text.chars().anyMatch(Character::isUpperCase)) {
        throw n.cannot("its equation '%s' has capital letters".formatted(text));
      }
      int broadcast = 0;
      List<String> operands = new ArrayList<>();
      for (int i = 0; i < terms.size(); i++) {
        int axes = n.x(i).rank() - terms.get(i).replace("...", "").length();
        operands.add(terms.get(i).replace("...", capitals(axes)));
        broadcast = Math.max(broadcast, axes);
      }
      String result =
          sides.length == 2
              ? sides[1].replace("...", capitals(broadcast))
              : capitals(broadcast) + lettersThatOccurOnce(terms);
      return new Equation(operands, result);
    }

    /** The last axes of the ellipsis have the same letters in each operand. */
    private static String capitals(int axes) {
      String all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
      return all.substring(all.length() - axes);
    }

    private static String lettersThatOccurOnce(List<String> terms) {
      String all = String.join("", terms).replace(".", "");
      Set<String> once = new LinkedHashSet<>();
      all.chars()
          .filter(letter -> all.indexOf(letter) == all.lastIndexOf(letter))
          .sorted()
          .forEach(letter -> once.add(Character.toString(letter)));
      return String.join("", once);
    }
  }
}
