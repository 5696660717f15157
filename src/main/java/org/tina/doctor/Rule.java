package org.tina.doctor;

import java.util.Optional;
import java.util.function.Function;
import org.tina.doctor.Finding.Kind;

/**
 * One thing that can be told from a run's figures.
 *
 * @param name a few words
 * @param kind of its findings
 * @param look what it sees in a run, with figures; nothing if all is well or can't be told
 * @param means why it is so
 * @param turn which setting to turn; empty if none
 */
public record Rule(
        String name,
        Kind kind,
        Function<History, Optional<String>> look,
        String means,
        String turn) {

    static Rule problem(
            String name, Function<History, Optional<String>> look, String means, String turn) {
        return new Rule(name, Kind.PROBLEM, look, means, turn);
    }

    static Rule note(
            String name, Function<History, Optional<String>> look, String means, String turn) {
        return new Rule(name, Kind.NOTE, look, means, turn);
    }

    /** What the rule has to say of a run. */
    Optional<Finding> apply(History run) {
        return look.apply(run).map(seen -> new Finding(name, kind, seen, means, turn));
    }
}
