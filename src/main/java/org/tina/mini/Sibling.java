package org.tina.mini;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tina.data.Problem;

/**
 * A second skill that pre-training teaches and reinforcement learning never touches, to measure
 * what is forgotten: {@code Sort: 55, 23, 7, 64} and {@code Count on from 37}.
 *
 * @param prompt the question
 * @param answer four numbers, separated by comma and space
 * @param split the part of the world that the numbers belong to
 */
public record Sibling(String prompt, String answer, Split split) {
    static final String SORT = "Sort: ";
    static final String COUNT = "Count on from ";
    private static final int LENGTH = 4;

    /** Draws a question of one part of the world, seven in ten of them to sort. */
    public static Sibling draw(RandomGenerator random, Split split) {
        while (true) {
            Sibling sibling = Draw.chance(random, 0.7) ? sort(random) : count(random);
            if (sibling.split == split) {
                return sibling;
            }
        }
    }

    private static Sibling sort(RandomGenerator random) {
        List<Integer> numbers =
                IntStream.generate(() -> Draw.between(random, 1, Arithmetic.LARGEST))
                        .distinct()
                        .limit(LENGTH)
                        .boxed()
                        .toList();
        List<Integer> sorted = numbers.stream().sorted().toList();
        // the set of numbers decides, so no order of theirs is in two parts
        return new Sibling(SORT + list(numbers), list(sorted), split(sorted));
    }

    private static Sibling count(RandomGenerator random) {
        int start = Draw.between(random, 1, Arithmetic.LARGEST - LENGTH);
        List<Integer> next = IntStream.rangeClosed(start + 1, start + LENGTH).boxed().toList();
        return new Sibling(COUNT + start, list(next), split(List.of(start)));
    }

    private static Split split(List<Integer> numbers) {
        int hash = numbers.size();
        for (int number : numbers) {
            hash = Split.fold(hash, number);
        }
        return Split.of(hash);
    }

    private static String list(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** The question with its gold answer. */
    public Problem problem() {
        return new Problem(prompt, "$" + answer + "$");
    }
}
