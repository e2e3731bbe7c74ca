import java.util.Map;

/**
 * Evaluates pricing formulas such as {@code base * (1 + rate) - fee / 2}.
 *
 * <p>Supported are numbers, named variables, unary minus, parentheses and the four basic
 * operators with their usual precedence. Precedence climbing handles all binary operators in one
 * method. Numbers use a decimal point.
 */
public final class FormulaEvaluator {

    private static final Map<Character, Integer> LEVEL = Map.of('+', 1, '-', 1, '*', 2, '/', 2);
    private static final char END = '\0';

    private final String text;
    private final Map<String, Double> variables;
    private int position;

    private FormulaEvaluator(String text, Map<String, Double> variables) {
        this.text = text;
        this.variables = variables;
    }

    public static double evaluate(String formula, Map<String, Double> variables) {
        FormulaEvaluator evaluator = new FormulaEvaluator(formula, variables);
        double value = evaluator.expression(1);
        evaluator.expect(END, "end of formula");
        return value;
    }

    /** Parses operators that bind at least as tightly as {@code minimum}. */
    private double expression(int minimum) {
        double left = operand();
        while (LEVEL.getOrDefault(peek(), 0) >= minimum) {
            char operator = text.charAt(position++);
            double right = expression(LEVEL.get(operator) + 1);
            left = switch (operator) {
                case '+' -> left + right;
                case '-' -> left - right;
                case '*' -> left * right;
                default -> left / right;
            };
        }
        return left;
    }

    private double operand() {
        char first = peek();
        if (first == '-') {
            position++;
            return -operand();
        }
        if (first == '(') {
            position++;
            double value = expression(1);
            expect(')', "')'");
            position++;
            return value;
        }
        int start = position;
        while (position < text.length() && isWordPart(text.charAt(position))) {
            position++;
        }
        String word = text.substring(start, position);
        return variables.containsKey(word) ? variables.get(word) : Double.parseDouble(word);
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '.' || c == '_';
    }

    private char peek() {
        while (position < text.length() && text.charAt(position) == ' ') {
            position++;
        }
        return position < text.length() ? text.charAt(position) : END;
    }

    private void expect(char wanted, String description) {
        if (peek() != wanted) {
            throw new IllegalArgumentException("no " + description + " at column " + position);
        }
    }

    public static void main(String[] args) {
        Map<String, Double> quote = Map.of("base", 1000.0, "rate", 0.05, "fee", 5.0);
        System.out.println(evaluate("base * (1 + rate) - fee / 2", quote)); // 1047.5
    }
}
