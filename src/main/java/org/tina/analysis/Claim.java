package org.tina.analysis;

import java.util.List;
import java.util.function.Function;
import org.tina.eval.Interval;
import org.tina.study.StudyRun;

/**
 * A claim of the paper, put to the test with a study's log.
 *
 * @param name short
 * @param statement the paper's, in our words
 * @param paper its numbers
 * @param noise what the paper's own noise allows to say of them
 * @param study whose log it needs
 * @param rule when it counts as supported, in words
 * @param figure the figure with its interval
 * @param verdict of the figure
 */
record Claim(
        String name,
        String statement,
        String paper,
        String noise,
        String study,
        String rule,
        Function<List<StudyRun>, Interval> figure,
        Function<Interval, Verdict> verdict) {

    /** The command that makes the study again. */
    String command() {
        return "environment/tina study " + study;
    }
}
