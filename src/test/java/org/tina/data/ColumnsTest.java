package org.tina.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows as the data sets publish them, and what Tina's rules make of them. */
class ColumnsTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "still | {'question': 'q', 'answer': '5'} | q | $5$",
                "deepscaler | {'problem': 'q', 'answer': '5', 'solution': 'long'} | q | $5$",
                "open_s1 | {'problem': 'q', 'solution': 's', 'answer': '5', 'messages': []} | q | s",
                "limr | {'prompt': 'q', 'answer': 5} | q | $5$",
                "open_r1 | {'problem': 'q', 'solution': 's', 'answer': '5'} | q | s",
                "2thought | {'messages': [{'role': 'user', 'content': 'q'}],"
                        + " 'verification_info': '{\\\"answer\\\": {\\\"value\\\": \\\"5\\\"}}'} | q | $5$",
                "fastcurl | {'prompt': [{'content': 'q'}], 'reward_model': {'ground_truth': 5.0}} | q"
                        + " | $5$",
                "math500 | {'problem': 'q', 'solution': 's', 'answer': '5', 'level': 2} | q | s",
                "aime24 | {'problem': 'q', 'solution': 's', 'answer': '073'} | q | $073$",
            })
    void rulesOfTheCatalog(String name, String row, String problem, String solution) {
        assertEquals(new Problem(problem, solution), read(Catalog.named(name).columns(), row));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{'problem': 'a', 'question': 'b', 'prompt': 'c', 'solution': 's', 'answer': 'x'} | a | s",
                "{'prompt': 'c', 'question': 'b', 'answer': 'x'} | b | $x$",
                "{'prompt': 'c', 'answer': true} | c | $true$",
            })
    void theUsualRule(String row, String problem, String solution) {
        assertEquals(new Problem(problem, solution), read(Columns.usual(), row));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{'problem': 'a', 'solution': null, 'answer': 'x'} | solution is missing",
                "{'problem': ' ', 'solution': 's'} | problem is empty",
                "{'problem': ['a'], 'solution': 's'} | problem needs text or a number, this is [\"a\"]",
                "{'problem': 'a', 'text': 's'} | column solution or answer is needed, there are [problem, text]",
                "{'problem': 'a', 'answer': 1e999999999} | 999999999",
            })
    void whatIsUnusableSaysWhy(String row, String reason) {
        var error = assertThrows(IllegalArgumentException.class, () -> read(Columns.usual(), row));
        assertTrue(error.getMessage().contains(reason), error::getMessage);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'messages': []}",
                "{'messages': 'text'}",
                "{'messages': {}}",
                "{'messages': null}",
                "{'messages': [null]}",
                "{'messages': [{'content': null}]}"
            })
    void aPathMayLeadNowhere(String row) {
        var error =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> read(Columns.of("messages[0].content", "answer"), row));
        assertEquals("messages[0].content is missing", error.getMessage());
    }

    @Test
    void choicesAreShuffledBySeedAndTheGoldIsALetter() {
        Columns columns = Catalog.named("gpqa_diamond").columns();
        String row =
                "{'Question': 'q\\n', 'Correct Answer': 'right', 'Incorrect Answer 1': 'w1\\n',"
                        + " 'Incorrect Answer 2': 'w2', 'Incorrect Answer 3': 3}";
        Columns.Reader reader = columns.reader();
        Columns.Reader again = columns.reader();
        Map<String, Integer> golds = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            Problem problem = reader.read(json(row), List.of());
            assertEquals(problem, again.read(json(row), List.of()));
            String letter = problem.solution().substring(1, 2);
            assertTrue(problem.problem().startsWith("q\n\nA) "), problem::problem);
            assertTrue(problem.problem().contains(letter + ") right"), problem::problem);
            assertEquals(6, problem.problem().lines().count());
            golds.merge(letter, 1, Integer::sum);
        }
        assertEquals(4, golds.size());
        golds.values().forEach(count -> assertTrue(count > 60 && count < 140, golds::toString));
    }

    private static Problem read(Columns columns, String row) {
        JsonObject object = json(row);
        return columns.reader().read(object, object.keySet());
    }

    private static JsonObject json(String row) {
        return JsonParser.parseString(row).getAsJsonObject();
    }
}
