package org.tina.mini;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tina.mini.Arithmetic.Operation;
import org.tina.mini.Document.Segment;

class CorpusTest {
    private static final int DOCUMENTS = 8000;
    private static final Pattern CHAT =
            Pattern.compile("<\\|bos\\|><\\|User\\|>(.*)<\\|Assistant\\|>(?s)(.*)");

    @Test
    void theSameSeedGivesTheSameDocuments() {
        assertEquals(documents(3, 50), documents(3, 50));
        assertNotEquals(documents(3, 50), documents(4, 50));
    }

    private static List<Document> documents(long seed, int count) {
        return Stream.generate(new Corpus(seed)::next).limit(count).toList();
    }

    @Test
    void theMixIsAsDescribed() {
        int drills = 0;
        int siblings = 0;
        int careful = 0;
        int proper = 0;
        var steps = new int[4];
        for (Document document : documents(1, DOCUMENTS)) {
            Matcher chat = chat(document);
            String prompt = chat.group(1);
            String completion = chat.group(2);
            if (prompt.startsWith("Drill")) {
                drills++;
            } else if (prompt.startsWith("Sort") || prompt.startsWith("Count")) {
                siblings++;
            } else {
                steps[story(prompt).operations().size()]++;
                careful += completion.contains("First, ") ? 1 : 0;
                boolean closed = completion.contains("\n</think>\n<answer>\n\\boxed{");
                proper += closed && !completion.contains("\n\n") ? 1 : 0;
            }
        }
        double stories = steps[1] + steps[2] + steps[3];
        assertEquals(0.25, drills / (double) DOCUMENTS, 0.02);
        assertEquals(0.15, siblings / (siblings + stories), 0.02);
        assertEquals(2 / 7.0, steps[1] / stories, 0.025);
        assertEquals(3 / 7.0, steps[2] / stories, 0.025);
        assertEquals(2 / 7.0, steps[3] / stories, 0.025);
        assertEquals(0.35, careful / stories, 0.025);
        assertEquals(0.30, proper / stories, 0.025);
    }

    @Test
    void noHeldOutProblemOccurs() {
        var sum = Pattern.compile("(?<!\\d)(\\d\\d)\\+(\\d\\d)=");
        for (Document document : documents(2, DOCUMENTS)) {
            Matcher chat = chat(document);
            String prompt = chat.group(1);
            if (prompt.contains("How many now?")) {
                assertEquals(Split.TRAIN, story(prompt).split(), prompt);
            } else if (prompt.startsWith("Drill")) {
                Matcher sums = sum.matcher(chat.group(2));
                while (sums.find()) {
                    var plus = new Operation('+', Integer.parseInt(sums.group(2)));
                    var fact = new Arithmetic(Integer.parseInt(sums.group(1)), List.of(plus));
                    assertEquals(Split.TRAIN, fact.split(), sums.group());
                }
            }
        }
    }

    @Test
    void drillsAreRightAndOnlyTheirAnswersAreLearned() {
        var drills = documents(9, 1000).stream().filter(d -> d.text().contains("Drill")).toList();
        assertFalse(drills.isEmpty());
        for (Document drill : drills) {
            List<Segment> segments = drill.segments();
            assertEquals(24, segments.size(), "twelve facts");
            for (int i = 0; i < segments.size(); i += 2) {
                assertFalse(segments.get(i).learned());
                assertTrue(segments.get(i + 1).learned());
                String question = segments.get(i).text().replaceFirst(".*[> ]", "");
                int answer = Integer.parseInt(segments.get(i + 1).text());
                assertEquals(evaluate(question.replace("=", "")), answer, question);
            }
        }
    }

    /** Sums, differences, and one product at the beginning. */
    private static int evaluate(String fact) {
        int value = 0;
        for (String term : fact.split("(?=[-+])")) {
            String[] factors = term.split("\\*");
            int product = Integer.parseInt(factors[0]);
            value += factors.length == 2 ? product * Integer.parseInt(factors[1]) : product;
        }
        return value;
    }

    @Test
    void promptsAreNotLearned() {
        for (Document document : documents(6, 200)) {
            List<Segment> segments = document.segments();
            assertFalse(segments.get(0).learned());
            assertTrue(segments.get(0).text().contains("<|Assistant|>"));
            assertTrue(segments.get(segments.size() - 1).learned());
        }
    }

    private static Matcher chat(Document document) {
        Matcher chat = CHAT.matcher(document.text());
        assertTrue(chat.matches(), document::text);
        return chat;
    }

    /** Reads a story back, independently of how it was written. */
    static Arithmetic story(String text) {
        String[] clauses = text.replace(". How many now?", "").split(", ");
        int start = Integer.parseInt(clauses[0].replaceAll("\\D", ""));
        var operations = new ArrayList<Operation>();
        for (String clause : List.of(clauses).subList(1, clauses.length)) {
            String number = clause.replaceAll("\\D", "");
            if (number.isEmpty()) {
                operations.add(new Operation('*', clause.startsWith("doubles") ? 2 : 3));
            } else {
                boolean gain = Arithmetic.GAINS.stream().anyMatch(clause::startsWith);
                operations.add(new Operation(gain ? '+' : '-', Integer.parseInt(number)));
            }
        }
        return new Arithmetic(start, operations);
    }
}
