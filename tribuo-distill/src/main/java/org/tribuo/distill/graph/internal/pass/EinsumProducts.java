package org.tribuo.distill.graph.internal.pass;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * Writes an Einsum as a stack of matrix products, where it is one: the two operands share the
 * letter that is summed over, and each has one letter of its own. So whoever looks for matrix
 * products, as in attention, finds them.
 */
final class EinsumProducts implements Pass {
  @Override
  public void apply(Graph graph) {
    Ops op = Ops.on(graph);
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.qualifiedOpType().equals("Einsum")) {
        Operation n = new Operation(graph, node);
        Product.of(n.attribute("equation", "").replace(" ", ""))
            .ifPresent(product -> graph.substitute(node, List.of(product.write(op, n))));
      }
    }
  }

  /**
   * A stack of matrix products.
   *
   * @param left the letters of the left operand's axes
   * @param right those of the right operand
   * @param result those of the result
   * @param stack the letters that all three have, in the order of the result
   * @param row the letter of the left operand and the result
   * @param column the letter of the right operand and the result
   * @param summed the letter of both operands
   */
  private record Product(
      String left,
      String right,
      String result,
      String stack,
      String row,
      String column,
      String summed) {

    /** The product that an equation stands for, if it stands for one. */
    static Optional<Product> of(String equation) {
      String[] sides = equation.split("->", -1);
      String[] operands = sides[0].split(",", -1);
      if (sides.length != 2 || operands.length != 2) {
        return Optional.empty();
      }
      String a = operands[0];
      String b = operands[1];
      String y = sides[1];
      Product product =
          new Product(
              a,
              b,
              y,
              both(both(y, a), b),
              without(both(a, y), b),
              without(both(b, y), a),
              without(both(a, b), y));
      return product.isComplete() ? Optional.of(product) : Optional.empty();
    }

    private static String both(String letters, String others) {
      return letters
          .chars()
          .filter(letter -> others.indexOf(letter) >= 0)
          .mapToObj(Character::toString)
          .collect(Collectors.joining());
    }

    private static String without(String letters, String others) {
      return letters
          .chars()
          .filter(letter -> others.indexOf(letter) < 0)
          .mapToObj(Character::toString)
          .collect(Collectors.joining());
    }

    /** Whether nothing is left over: no ellipsis, no diagonal, no letter in one operand alone. */
    private boolean isComplete() {
      int axes = stack.length() + 2;
      return row.length() == 1
          && column.length() == 1
          && summed.length() == 1
          && List.of(left, right, result).stream()
              .allMatch(term -> term.length() == axes && term.chars().allMatch(Character::isLetter))
          && (stack + row + column + summed).chars().distinct().count() == axes + 1;
    }

    Value write(Ops op, Operation n) {
      Value a = ordered(op, n.x(0), left, stack + row + summed);
      boolean transposed = right.equals(stack + column + summed);
      Value b = transposed ? n.x(1) : ordered(op, n.x(1), right, stack + summed + column);
      return ordered(op, op.matmul(a, false, b, transposed), stack + row + column, result);
    }

    private static Value ordered(Ops op, Value x, String from, String to) {
      return from.equals(to)
          ? x
          : op.transpose(
              x,
              IntStream.range(0, to.length()).mapToLong(i -> from.indexOf(to.charAt(i))).toArray());
    }
  }
}
