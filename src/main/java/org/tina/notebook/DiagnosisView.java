package org.tina.notebook;

import java.awt.Color;
import java.util.stream.Collectors;
import org.tina.doctor.Diagnosis;
import org.tina.doctor.Finding;
import org.tina.doctor.Finding.Kind;

/** What the doctor found as boxes on a page: problems in orange, notes in grey. */
final class DiagnosisView {
    private DiagnosisView() {}

    static String html(Diagnosis diagnosis) {
        String notices =
                diagnosis.notices().stream()
                        .map(notice -> "<p>" + Grid.escape(notice) + "</p>")
                        .collect(Collectors.joining());
        boolean well = diagnosis.problems().isEmpty();
        Color edge = Charts.COLORS.get(well ? 2 : 1);
        return new Box(edge, "The doctor:", diagnosis.headline(), "").html()
                + notices
                + diagnosis.findings().stream()
                        .map(DiagnosisView::html)
                        .collect(Collectors.joining());
    }

    private static String html(Finding finding) {
        Color edge = finding.kind() == Kind.PROBLEM ? Charts.COLORS.get(1) : Charts.GREY;
        String words = finding.seen() + ". " + finding.means();
        String more = finding.turn().isEmpty() ? "" : " Turn: " + finding.turn() + ".";
        return new Box(edge, finding.name() + ":", words + more, "").html();
    }
}
