package org.tina.mini;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.tina.mini.Arithmetic.Operation;
import org.tina.mini.Document.Segment;

/**
 * Plain facts to learn by heart: {@code 7+5=12, 13-8-1=4, 6*3+2=20, 17+25=42}. Only the answers
 * carry loss, for the questions can't be foreseen. Without drills a model this small hardly learns
 * to add.
 */
final class Drill {
    static final String PROMPT = "Drill: ";
    private static final int FACTS = 12;
    private static final double COLUMN_SHARE = 0.7;

    private Drill() {}

    static Document draw(RandomGenerator random) {
        var segments = new ArrayList<Segment>();
        String before = Document.prompt(PROMPT);
        for (int i = 0; i < FACTS; i++) {
            Fact fact = Draw.chance(random, COLUMN_SHARE) ? column(random) : sum(random);
            segments.add(new Segment(before + fact.question, false));
            segments.add(new Segment(String.valueOf(fact.answer), true));
            before = ", ";
        }
        return new Document(segments);
    }

    private record Fact(String question, int answer) {}

    /** What a careful trace does in one column, with or without a carry. */
    private static Fact column(RandomGenerator random) {
        char sign = Arithmetic.drawSign(random);
        int digit = random.nextInt(10);
        int other = random.nextInt(10);
        boolean carries = random.nextBoolean();
        return switch (sign) {
            case '+' -> {
                String carry = carries ? "+1=" : "=";
                yield new Fact(digit + "+" + other + carry, digit + other + (carries ? 1 : 0));
            }
            case '-' -> {
                int top = digit + other + (carries ? 1 : 0);
                yield new Fact(top + "-" + other + (carries ? "-1=" : "="), digit);
            }
            default -> {
                int factor = Draw.between(random, 2, 3);
                int carry = carries ? Draw.between(random, 1, factor - 1) : 0;
                String plus = carries ? "+" + carry : "";
                yield new Fact(digit + "*" + factor + plus + "=", digit * factor + carry);
            }
        };
    }

    /** A sum of two two-digit numbers that is no held-out one-step problem. */
    private static Fact sum(RandomGenerator random) {
        int start = Draw.between(random, 10, Arithmetic.LARGEST - 10);
        var plus = new Operation('+', Draw.between(random, 10, Arithmetic.LARGEST - start));
        if (new Arithmetic(start, List.of(plus)).split() != Split.TRAIN) {
            return sum(random);
        }
        return new Fact(start + "" + plus + "=", plus.apply(start));
    }
}
