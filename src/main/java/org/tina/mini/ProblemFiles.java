package org.tina.mini;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.tina.data.AtomicFile;
import org.tina.data.Problem;

/**
 * The miniature's problem sets. Those to train on mirror the published sets of the paper in size
 * (by its square root) and in the mix of easy and hard. Those to be measured by differ in kind, and
 * each has a part to choose checkpoints by ({@code NAME-validation}) and one to report ({@code
 * NAME}).
 */
public final class ProblemFiles {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private static final List<String> STRANGERS = List.of("Zoe", "Max", "Ida", "Paul", "Rosa");

    /** A drawn problem and its wording; no set has two of one key. */
    private record Drawn(Object key, Supplier<Problem> problem) {}

    /** How problems of one kind are drawn from a part of the world. */
    private interface Kind {
        Drawn draw(RandomGenerator random, Split split);
    }

    private final Path directory;

    private ProblemFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * Writes every set as {@code NAME.jsonl}.
     *
     * @param directory is made if it does not exist; files of these names in it are replaced
     */
    public static void write(Path directory) throws IOException {
        ProblemFiles files = new ProblemFiles(directory);
        files.trainingSets();
        files.measures();
    }

    private void trainingSets() throws IOException {
        train("train", 1, 2000, steps(0, 1, 1));
        train("open_r1", 11, 2000, steps(1, 1, 1)); // everything
        train("fastcurl", 12, 1850, steps(1, 1, 1));
        train("thoughts", 13, 1680, steps(2, 1, 1));
        train("2thought", 14, 1500, steps(0, 1, 1));
        train("deepscaler", 15, 1310, steps(0, 1, 2)); // competitions
        train("still", 16, 1180, steps(1, 2, 1));
        train("open_s1", 17, 890, steps(0, 1, 3)); // filtered for what is hard
        train("open_rs", 18, 550, steps(1, 2, 3)); // of that, and some easier ones
        train("limr", 19, 240, steps(0, 1, 1)); // few
    }

    private void measures() throws IOException {
        Kind usual = steps(0, 1, 1);
        Set<Object> used = new HashSet<>();
        write("validation", 2, Split.VALIDATION, 500, usual, used);
        write("test", 3, Split.TEST, 500, usual, used);
        write("claims", 4, Split.TEST, 1000, usual, used); // none that test has
        measure("easier", 21, 200, steps(1)); // there are not many of one step
        measure("harder", 22, 500, ProblemFiles::carries);
        measure("longer", 23, 200, steps(0, 0, 0, 1)); // more steps than any training has
        measure("numbers", 24, 500, ProblemFiles::largerStart);
        measure("wording", 25, 500, ProblemFiles::strangers);
        measure("sibling", 26, 500, ProblemFiles::sibling); // the skill that no recipe trains
    }

    private void train(String name, long seed, int size, Kind kind) throws IOException {
        write(name, seed, Split.TRAIN, size, kind, new HashSet<>());
    }

    private void measure(String name, long seed, int size, Kind kind) throws IOException {
        write(name + "-validation", seed, Split.VALIDATION, size, kind, new HashSet<>());
        write(name, seed + 100, Split.TEST, size, kind, new HashSet<>());
    }

    // ---------------------------------------------------------------- kinds

    /** Stories of one step, two, three …, in these proportions. */
    private static Kind steps(int... shares) {
        List<Integer> choices = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            choices.addAll(Collections.nCopies(shares[i], i + 1));
        }
        return (random, split) -> {
            int steps = Draw.one(random, choices);
            return story(Arithmetic.draw(random, steps, split), random, Function.identity());
        };
    }

    /** Three steps that all carry or borrow, where the quick style errs. */
    private static Drawn carries(RandomGenerator random, Split split) {
        Arithmetic story = Arithmetic.draw(random, 3, split);
        return story.carriesThroughout()
                ? story(story, random, Function.identity())
                : carries(random, split);
    }

    /** Starts that no other story has. */
    private static Drawn largerStart(RandomGenerator random, Split split) {
        int steps = Draw.between(random, 2, 3);
        Arithmetic story = Arithmetic.draw(random, steps, split, 61, 95);
        return story(story, random, Function.identity());
    }

    /** Of people whose names no training has. */
    private static Drawn strangers(RandomGenerator random, Split split) {
        Arithmetic story = Arithmetic.draw(random, Draw.between(random, 2, 3), split);
        String name = Draw.one(random, STRANGERS);
        return story(story, random, text -> name + text.substring(text.indexOf(' ')));
    }

    private static Drawn sibling(RandomGenerator random, Split split) {
        Sibling sibling = Sibling.draw(random, split);
        return new Drawn(sibling.prompt(), sibling::problem);
    }

    private static Drawn story(
            Arithmetic story, RandomGenerator random, Function<String, String> wording) {
        return new Drawn(story, () -> new Problem(wording.apply(story.text(random)), story.gold()));
    }

    // ---------------------------------------------------------------- files

    /**
     * @param used keys that the set must not have; its own are added
     */
    private void write(String name, long seed, Split split, int size, Kind kind, Set<Object> used)
            throws IOException {
        RandomGenerator random = new SplittableRandom(seed);
        List<Problem> problems = new ArrayList<>();
        while (problems.size() < size) {
            Drawn drawn = kind.draw(random, split);
            if (used.add(drawn.key)) {
                problems.add(drawn.problem.get());
            }
        }
        String lines = problems.stream().map(GSON::toJson).collect(Collectors.joining("\n"));
        AtomicFile.writeString(directory.resolve(name + ".jsonl"), lines + "\n");
    }
}
