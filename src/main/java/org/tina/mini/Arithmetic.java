package org.tina.mini;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;
import org.tina.data.Problem;

/**
 * A story of a few additions, subtractions and multiplications: {@code Karim has 16 shells, finds
 * 48, finds 28. How many now?} The numbers make the problem; names, things and verbs are only its
 * wording.
 *
 * @param start what there is at first, 5 to 60 in all that trains
 * @param operations what happens to it, in order; every value on the way lies in 1 to 99
 */
public record Arithmetic(int start, List<Operation> operations) {
    static final int LARGEST = 99;
    private static final int LARGEST_OPERAND = 60;

    static final List<String> NAMES =
            List.of(
                    "Anna", "Ben", "Carla", "David", "Emma", "Felix", "Grace", "Hugo", "Iris",
                    "Karim", "Lena", "Omar");
    static final List<String> ITEMS =
            List.of(
                    "apples",
                    "books",
                    "cards",
                    "coins",
                    "marbles",
                    "pens",
                    "shells",
                    "stamps",
                    "stickers",
                    "stones");
    static final List<String> GAINS = List.of("finds", "wins", "buys", "gets", "collects");
    static final List<String> LOSSES = List.of("gives away", "drops", "loses", "sells", "donates");
    static final String DOUBLES = "doubles them";
    static final String TRIPLES = "triples them";
    static final String QUESTION = "How many now?";

    /** The operations are kept as an unmodifiable copy. */
    public Arithmetic {
        operations = List.copyOf(operations);
    }

    /**
     * One step of a story.
     *
     * @param sign one of {@code + - *}
     * @param operand 2 to 60; a factor is 2 or 3
     */
    public record Operation(char sign, int operand) {
        private static final String SIGNS = "+-*";

        /** Only the three signs exist. */
        public Operation {
            if (SIGNS.indexOf(sign) < 0) {
                throw new IllegalArgumentException("sign " + sign + ": one of + - * is needed");
            }
        }

        /** The right result. */
        public int apply(int value) {
            return switch (sign) {
                case '+' -> value + operand;
                case '-' -> value - operand;
                default -> value * operand;
            };
        }

        /**
         * What the units column hands over to the tens: 1 for a borrow, 0 to 2 for a carry.
         *
         * @param value the number that the operation is applied to
         */
        public int carry(int value) {
            int units = value % 10;
            return switch (sign) {
                case '+' -> (units + operand % 10) / 10;
                case '-' -> units < operand % 10 ? 1 : 0;
                default -> units * operand / 10;
            };
        }

        /** The result of someone who forgets the carry or the borrow. */
        int applyWithoutCarry(int value) {
            int lost = 10 * carry(value);
            return sign == '-' ? apply(value) + lost : apply(value) - lost;
        }

        int code() {
            return SIGNS.indexOf(sign) * 61 + operand;
        }

        private String words(RandomGenerator random) {
            return switch (sign) {
                case '+' -> Draw.one(random, GAINS) + " " + operand;
                case '-' -> Draw.one(random, LOSSES) + " " + operand;
                default -> operand == 2 ? DOUBLES : TRIPLES;
            };
        }

        @Override
        public String toString() {
            return "" + sign + operand;
        }
    }

    /**
     * Draws a problem of one part of the world.
     *
     * @param steps how many operations, at least 1
     */
    public static Arithmetic draw(RandomGenerator random, int steps, Split split) {
        return draw(random, steps, split, 5, LARGEST_OPERAND);
    }

    /** Draws a problem that starts with {@code low} to {@code high}, both included. */
    static Arithmetic draw(RandomGenerator random, int steps, Split split, int low, int high) {
        if (steps < 1) {
            throw new IllegalArgumentException("steps " + steps + ": at least 1 is needed");
        }
        while (true) {
            Optional<Arithmetic> problem = attempt(random, steps, Draw.between(random, low, high));
            if (problem.isPresent() && problem.get().split() == split) {
                return problem.get();
            }
        }
    }

    private static Optional<Arithmetic> attempt(RandomGenerator random, int steps, int start) {
        int value = start;
        var operations = new ArrayList<Operation>();
        for (int i = 0; i < steps; i++) {
            char sign = drawSign(random);
            int most =
                    switch (sign) {
                        case '+' -> Math.min(LARGEST_OPERAND, LARGEST - value);
                        case '-' -> Math.min(LARGEST_OPERAND, value - 1);
                        default -> Math.min(3, LARGEST / value);
                    };
            if (most < 2) {
                return Optional.empty();
            }
            var operation = new Operation(sign, Draw.between(random, 2, most));
            operations.add(operation);
            value = operation.apply(value);
        }
        return Optional.of(new Arithmetic(start, operations));
    }

    /** Plus, minus and times at 4 : 4 : 1.5. */
    static char drawSign(RandomGenerator random) {
        double at = random.nextDouble() * 9.5;
        return at < 4 ? '+' : at < 8 ? '-' : '*';
    }

    /** The gold answer, 1 to 99. */
    public int answer() {
        int value = start;
        for (Operation operation : operations) {
            value = operation.apply(value);
        }
        return value;
    }

    /** Whether every step carries or borrows. */
    boolean carriesThroughout() {
        int value = start;
        for (Operation operation : operations) {
            if (operation.carry(value) == 0) {
                return false;
            }
            value = operation.apply(value);
        }
        return true;
    }

    /** The part of the world that these numbers belong to. */
    public Split split() {
        int hash = start * 31 + operations.size();
        for (Operation operation : operations) {
            hash = Split.fold(hash, operation.code());
        }
        return Split.of(hash);
    }

    /** The story in words; who, what and the verbs are drawn. */
    public String text(RandomGenerator random) {
        var story = new StringJoiner(", ", "", ". " + QUESTION);
        story.add(Draw.one(random, NAMES) + " has " + start + " " + Draw.one(random, ITEMS));
        for (Operation operation : operations) {
            story.add(operation.words(random));
        }
        return story.toString();
    }

    /** The story with its gold answer. */
    public Problem problem(RandomGenerator random) {
        return new Problem(text(random), gold());
    }

    String gold() {
        return "$" + answer() + "$";
    }
}
