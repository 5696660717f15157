package org.tina.mini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;

class ProblemFilesTest {
    @Test
    void theSetsNeverOverlapAndKeepToTheirPart() {
        Set<Arithmetic> all = new HashSet<>();
        check("mini/train", 2000, Split.TRAIN, all);
        check("mini/validation", 500, Split.VALIDATION, all);
        check("mini/test", 500, Split.TEST, all);
        assertEquals(3000, all.size());
    }

    private static void check(String name, int size, Split split, Set<Arithmetic> seen) {
        ProblemSet set = ProblemSet.named(name);
        assertEquals(size, set.size());
        int twoSteps = 0;
        for (Problem problem : set) {
            Arithmetic story = CorpusTest.story(problem.problem());
            assertEquals(split, story.split(), problem.problem());
            assertEquals("$" + story.answer() + "$", problem.solution(), problem.problem());
            assertTrue(seen.add(story), problem.problem());
            twoSteps += story.operations().size() == 2 ? 1 : 0;
        }
        assertEquals(0.5, twoSteps / (double) size, 0.06);
    }

    @Test
    void whatMeasuresIsHeldOutAndOfItsKind() {
        kind("easier", story -> story.operations().size() == 1);
        kind("harder", Arithmetic::carriesThroughout);
        kind("longer", story -> story.operations().size() == 4);
        kind("numbers", story -> story.start() > 60);
        kind("claims", story -> story.start() <= 60);
    }

    private static void kind(String name, Predicate<Arithmetic> holds) {
        for (Problem problem : ProblemSet.named("mini/" + name)) {
            Arithmetic story = CorpusTest.story(problem.problem());
            assertEquals(Split.TEST, story.split(), problem.problem());
            assertTrue(holds.test(story), problem.problem());
        }
    }

    @Test
    void claimsAreFresh() {
        ProblemSet claims = ProblemSet.named("mini/claims");
        Set<Arithmetic> test = stories(ProblemSet.named("mini/test"));
        assertEquals(1000, stories(claims).size());
        assertTrue(stories(claims).stream().noneMatch(test::contains));
    }

    private static Set<Arithmetic> stories(ProblemSet set) {
        return set.problems().stream()
                .map(problem -> CorpusTest.story(problem.problem()))
                .collect(Collectors.toSet());
    }

    @Test
    void whatTrainsIsNeverHeldOut() {
        for (String name : List.of("limr", "open_rs", "open_s1", "still", "deepscaler")) {
            for (Arithmetic story : stories(ProblemSet.named("mini/" + name))) {
                assertEquals(Split.TRAIN, story.split(), story.toString());
            }
        }
    }

    @Test
    void theSetsInTheJarAreWhatTheGeneratorMakes(@TempDir Path directory) throws IOException {
        ProblemFiles.write(directory);
        for (String name : ProblemSet.names()) {
            if (name.startsWith("mini/")) {
                assertEquals(
                        ProblemSet.named(name).problems(),
                        ProblemSet.load(directory.resolve(name.substring(5) + ".jsonl")).problems(),
                        name);
            }
        }
    }
}
