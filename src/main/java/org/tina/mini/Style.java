package org.tina.mini;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.tina.mini.Arithmetic.Operation;

/**
 * How a trace reasons. The styles differ in length and in how often they go wrong, so there is a
 * better one for reinforcement learning to find. A wrong value is carried on to the next step.
 */
public enum Style implements Draw.Shared {
    /** {@code Easy. 92}: right six times in ten, else off by 1, 2 or 10. */
    GUESS(0.15, "Easy\\.") {
        @Override
        public Trace trace(Arithmetic problem, RandomGenerator random) {
            int guess = problem.answer();
            if (!Draw.chance(random, 0.6)) {
                guess += Draw.one(random, List.of(-10, -2, -1, 1, 2, 10));
            }
            return guess < 1 ? trace(problem, random) : new Trace(EASY + guess, guess);
        }
    },

    /** {@code 16+48=64}: forgets three carries or borrows in four, and slips now and then. */
    QUICK(0.50, "\\d+[+*-]\\d+=") {
        @Override
        public Trace trace(Arithmetic problem, RandomGenerator random) {
            var lines = new StringJoiner("\n");
            int value = problem.start();
            for (Operation operation : problem.operations()) {
                int result = operation.apply(value);
                if (operation.carry(value) > 0 && Draw.chance(random, 0.75)) {
                    result = operation.applyWithoutCarry(value);
                } else if (Draw.chance(random, 0.03)) {
                    result += Draw.one(random, List.of(-10, -1, 1, 10));
                }
                if (result < 1) {
                    return trace(problem, random); // the mistakes led below one: draw others
                }
                lines.add(value + "" + operation + "=" + result);
                value = result;
            }
            return new Trace(lines.toString(), value);
        }
    },

    /** {@code First, 16+48: 6+8=14, 1+4+1=6, 64}: column by column, seldom wrong. */
    CAREFUL(0.35, "(?:First|Next|Then|Finally), ") {
        @Override
        public Trace trace(Arithmetic problem, RandomGenerator random) {
            var lines = new StringJoiner("\n");
            int value = problem.start();
            int steps = problem.operations().size();
            for (int i = 0; i < steps; i++) {
                String opening = i == 0 ? FIRST : i < steps - 1 ? NEXT : FINALLY;
                Trace step = columns(value, problem.operations().get(i), random);
                if (step.value() < 1) {
                    return trace(problem, random); // the mistakes led below one: draw others
                }
                lines.add(opening + step.text());
                value = step.value();
            }
            return new Trace(lines.toString(), value);
        }
    };

    static final String EASY = "Easy. ";
    static final String FIRST = "First, ";
    static final String NEXT = "Next, ";
    static final String FINALLY = "Finally, ";
    private static final double UNITS_SLIP = 0.03;

    private final double share;
    private final Pattern beginning;

    Style(double share, String beginning) {
        this.share = share;
        this.beginning = Pattern.compile("(?:<think>\\s*)?" + beginning);
    }

    /** Its share of the traces in pre-training. */
    @Override
    public double share() {
        return share;
    }

    /**
     * The style of a completion, told from how it begins, with or without the tag before it; none
     * if it begins in no style's way.
     */
    public static Optional<Style> of(String completion) {
        return Arrays.stream(values())
                .filter(style -> style.beginning.matcher(completion).lookingAt())
                .findFirst();
    }

    static Style draw(RandomGenerator random) {
        return Draw.byShare(random, values());
    }

    /** Writes a trace for a problem; mistakes are drawn. */
    public abstract Trace trace(Arithmetic problem, RandomGenerator random);

    /** One operation, units first: {@code 42-8: 12-8=4, 4-0-1=3, 34}. */
    private static Trace columns(int value, Operation operation, RandomGenerator random) {
        char sign = operation.sign();
        int carry = operation.carry(value);
        int top = sign == '-' ? value % 10 + 10 * carry : value % 10;
        // a factor multiplies both columns, a summand has columns of its own
        int unitsOperand = sign == '*' ? operation.operand() : operation.operand() % 10;
        int tensOperand = sign == '*' ? operation.operand() : operation.operand() / 10;

        int units = new Operation(sign, unitsOperand).apply(top);
        if (Draw.chance(random, UNITS_SLIP)) {
            units += slip(units % 10, random);
        }
        int tens = new Operation(sign, tensOperand).apply(value / 10);
        tens += sign == '-' ? -carry : carry;
        String carried = carry == 0 ? "" : (sign == '-' ? "-" : "+") + carry;
        int result = 10 * tens + units % 10;

        String text =
                "%d%s: %d%c%d=%d, %d%c%d%s=%d, %d"
                        .formatted(
                                value,
                                operation,
                                top,
                                sign,
                                unitsOperand,
                                units,
                                value / 10,
                                sign,
                                tensOperand,
                                carried,
                                tens,
                                result);
        return new Trace(text, result);
    }

    /** Up or down by one without leaving the units digit. */
    private static int slip(int digit, RandomGenerator random) {
        return digit == 0 ? 1 : digit == 9 ? -1 : Draw.one(random, List.of(-1, 1));
    }
}
