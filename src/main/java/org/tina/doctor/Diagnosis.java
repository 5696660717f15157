package org.tina.doctor;

import java.util.List;
import java.util.stream.Collectors;
import org.tina.doctor.Finding.Kind;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What the doctor found in a run.
 *
 * @param run what was looked at
 * @param steps how many
 * @param findings problems first
 * @param notices what of the log could not be read
 */
public record Diagnosis(String run, int steps, List<Finding> findings, List<String> notices) {

    /** Findings that ask for something to be done; none for a healthy run. */
    public List<Finding> problems() {
        return ofKind(Kind.PROBLEM);
    }

    /** Findings that are good to know. */
    public List<Finding> notes() {
        return ofKind(Kind.NOTE);
    }

    private List<Finding> ofKind(Kind kind) {
        return findings.stream().filter(finding -> finding.kind() == kind).toList();
    }

    /** Whether a rule of that name found something. */
    public boolean names(String rule) {
        return findings.stream().anyMatch(finding -> finding.name().equals(rule));
    }

    /** A row a finding: kind, name, seen, means, turn. */
    public Table table() {
        StringColumn kinds = StringColumn.create("kind");
        StringColumn names = StringColumn.create("finding");
        StringColumn seen = StringColumn.create("seen");
        StringColumn means = StringColumn.create("means");
        StringColumn turn = StringColumn.create("turn");
        for (Finding finding : findings) {
            kinds.append(finding.kind().word());
            names.append(finding.name());
            seen.append(finding.seen());
            means.append(finding.means());
            turn.append(finding.turn());
        }
        return Table.create("diagnosis of " + run, kinds, names, seen, means, turn);
    }

    /** One line: {@code runs/x: 20 steps, 2 problems, 1 note}. */
    public String headline() {
        int problems = problems().size();
        int notes = notes().size();
        return "%s: %d %s, %s%s"
                .formatted(
                        run,
                        steps,
                        steps == 1 ? "step" : "steps",
                        problems == 0
                                ? "no problem"
                                : problems + (problems == 1 ? " problem" : " problems"),
                        notes == 0 ? "" : ", " + notes + (notes == 1 ? " note" : " notes"));
    }

    @Override
    public String toString() {
        return headline()
                + findings.stream()
                        .map(
                                finding ->
                                        "\n\n%s %s\n  seen   %s\n  means  %s%s"
                                                .formatted(
                                                        finding.kind() == Kind.PROBLEM ? "!" : "·",
                                                        finding.name(),
                                                        finding.seen(),
                                                        finding.means(),
                                                        finding.turn().isEmpty()
                                                                ? ""
                                                                : "\n  turn   " + finding.turn()))
                        .collect(Collectors.joining());
    }
}
