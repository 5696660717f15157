package org.tina.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the columns of a data set become a problem and its gold answer. A place is a column, or a
 * path into one such as {@code messages[0].content}; of several, the first whose column is there
 * counts.
 *
 * @param problem places of the question
 * @param solution places of a gold answer that is used as it stands
 * @param answer places of a bare gold answer, put between dollar signs; only looked at where there
 *     is no solution
 * @param wrongChoices places of the wrong options of a multiple-choice question: options are then
 *     shuffled, listed under the question as A), B), … and the gold answer is the letter
 * @param seed of that shuffle
 */
public record Columns(
        List<String> problem,
        List<String> solution,
        List<String> answer,
        List<String> wrongChoices,
        long seed) {

    /** A paragraph between the question and its options. */
    private static final String BREAK = "\n\n";

    private static final int LETTERS = 26;

    public Columns {
        problem = List.copyOf(problem);
        solution = List.copyOf(solution);
        answer = List.copyOf(answer);
        wrongChoices = List.copyOf(wrongChoices);
        if (problem.isEmpty() || solution.isEmpty() && answer.isEmpty()) {
            throw new IllegalArgumentException(
                    "columns need a problem, and a solution or an answer; they are "
                            + describe(problem, solution, answer));
        }
        if (wrongChoices.size() >= LETTERS) {
            throw new IllegalArgumentException(
                    "there are "
                            + wrongChoices.size()
                            + " wrong choices, at most 25 can be listed");
        }
        Stream.of(problem, solution, answer, wrongChoices)
                .flatMap(List::stream)
                .forEach(FieldPath::parse);
    }

    /**
     * Tina's rule for any data set: the problem is {@code problem}, else {@code question}, else
     * {@code prompt}; the gold answer is {@code solution}, else {@code answer} between dollar
     * signs.
     */
    public static Columns usual() {
        return new Columns(
                List.of("problem", "question", "prompt"),
                List.of("solution"),
                List.of("answer"),
                List.of(),
                0);
    }

    /** A question in one place, its bare answer in another. */
    public static Columns of(String problem, String answer) {
        return new Columns(List.of(problem), List.of(), List.of(answer), List.of(), 0);
    }

    /** The columns that are read, so that the others need not be. */
    Set<String> names() {
        return Stream.of(problem, solution, answer, wrongChoices)
                .flatMap(List::stream)
                .map(place -> FieldPath.parse(place).column())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** A reader of rows, in their order. */
    Reader reader() {
        return new Reader();
    }

    @Override
    public String toString() {
        String choices = wrongChoices.isEmpty() ? "" : ", one of the choices";
        return describe(problem, solution, answer) + choices;
    }

    private static String describe(
            List<String> problem, List<String> solution, List<String> answer) {
        String gold =
                Stream.concat(solution.stream(), answer.stream().map(place -> "$" + place + "$"))
                        .collect(Collectors.joining(" or "));
        return String.join(" or ", problem) + " → " + gold;
    }

    /** Turns rows into problems, one after the other. */
    final class Reader {
        private final List<FieldPath> problems = paths(problem);
        private final List<FieldPath> solutions = paths(solution);
        private final List<FieldPath> answers = paths(answer);
        private final List<FieldPath> wrong = paths(wrongChoices);
        private final Random random = new Random(seed);

        /**
         * The problem of a row.
         *
         * @param columns of the file, for the error
         * @throws IllegalArgumentException saying why the row has no usable problem or gold answer
         */
        Problem read(JsonObject row, Collection<String> columns) {
            FieldPath question = first(problems, row);
            if (question == null) {
                throw missing(problem, columns);
            }
            String asked = text(question, row);
            FieldPath solved = first(solutions, row);
            if (solved != null) {
                return new Problem(asked, text(solved, row));
            }
            FieldPath answered = first(answers, row);
            if (answered == null) {
                throw missing(Stream.concat(solution.stream(), answer.stream()).toList(), columns);
            }
            String right = text(answered, row);
            return wrong.isEmpty()
                    ? new Problem(asked, "$" + right + "$")
                    : choice(asked, right, row);
        }

        private Problem choice(String asked, String right, JsonObject row) {
            List<String> options = new ArrayList<>(List.of(right));
            wrong.forEach(place -> options.add(text(place, row)));
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < options.size(); i++) {
                order.add(i);
            }
            Collections.shuffle(order, random);
            StringBuilder text = new StringBuilder(asked.strip()).append(BREAK);
            for (int i = 0; i < order.size(); i++) {
                String option = options.get(order.get(i)).strip();
                text.append(i == 0 ? "" : "\n").append(letter(i)).append(") ").append(option);
            }
            return new Problem(text.toString(), "$" + letter(order.indexOf(0)) + "$");
        }

        private static char letter(int index) {
            return (char) ('A' + index);
        }

        private static List<FieldPath> paths(List<String> places) {
            return places.stream().map(FieldPath::parse).toList();
        }

        private static FieldPath first(List<FieldPath> places, JsonObject row) {
            return places.stream()
                    .filter(place -> row.has(place.column()))
                    .findFirst()
                    .orElse(null);
        }

        private static String text(FieldPath place, JsonObject row) {
            JsonElement value = place.in(row);
            if (value == null) {
                throw new IllegalArgumentException(place + " is missing");
            }
            if (!value.isJsonPrimitive()) {
                throw new IllegalArgumentException(
                        "%s needs text or a number, this is %s"
                                .formatted(place, DataFormat.shortened(value.toString())));
            }
            String text = text(value.getAsJsonPrimitive());
            if (text.isBlank()) {
                throw new IllegalArgumentException(place + " is empty");
            }
            return text;
        }

        /** A whole number has no point, even where its column was stored as floating point. */
        private static String text(JsonPrimitive value) {
            if (!value.isNumber()) {
                return value.getAsString();
            }
            String plain = value.getAsBigDecimal().toPlainString();
            return plain.replaceFirst("\\.0+$", "");
        }

        private static IllegalArgumentException missing(
                List<String> wanted, Collection<String> columns) {
            return new IllegalArgumentException(
                    "column %s is needed, there are %s"
                            .formatted(String.join(" or ", wanted), columns));
        }
    }
}
