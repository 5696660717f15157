package org.tina.mini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    void theSetsInTheJarAreWhatTheGeneratorMakes(@TempDir Path directory) throws IOException {
        ProblemFiles.write(directory);
        for (String part : List.of("train", "validation", "test")) {
            assertEquals(
                    ProblemSet.named("mini/" + part).problems(),
                    ProblemSet.load(directory.resolve(part + ".jsonl")).problems());
        }
    }
}
