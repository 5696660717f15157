package org.tina.recipe;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * What was done to a run from outside: a line of its {@code events.jsonl}.
 *
 * @param time in UTC, ISO 8601
 * @param step completed steps at that time; a change holds from the next one on
 * @param event {@code change}, {@code pause}, {@code continue}, {@code save} or {@code stop}
 * @param key the setting that was changed; null if none, as the next two
 * @param from its value before
 * @param to its value after
 */
public record RunEvent(String time, int step, String event, String key, Object from, Object to) {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    static RunEvent now(int step, String event) {
        return change(step, event, null, null, null);
    }

    static RunEvent change(int step, String key, Object from, Object to) {
        return change(step, "change", key, from, to);
    }

    private static RunEvent change(int step, String event, String key, Object from, Object to) {
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new RunEvent(time, step, event, key, from, to);
    }

    /**
     * The events of a file up to a step; none if there is no such file. A last line that a kill has
     * torn is none.
     */
    static List<RunEvent> read(Path file, int last) throws IOException {
        List<RunEvent> events = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                try {
                    events.add(GSON.fromJson(line, RunEvent.class));
                } catch (JsonSyntaxException e) {
                    break;
                }
            }
        }
        return events.stream().filter(event -> event != null && event.step() <= last).toList();
    }

    /** One line of JSON; what an event doesn't have is left out. */
    public String toJson() {
        return GSON.toJson(this);
    }

    /** The change in words, such as {@code beta 0.04 → 0}; for other events their name. */
    public String text() {
        return key == null ? event : key + " " + brief(from) + " → " + brief(to);
    }

    /** Numbers to three digits. */
    private static String brief(Object value) {
        if (value instanceof Double number) {
            BigDecimal rounded = new BigDecimal(number, new MathContext(3)).stripTrailingZeros();
            return number == 0 ? "0" : rounded.toString();
        }
        return value instanceof List<?> list
                ? list.stream().map(RunEvent::brief).toList().toString()
                : String.valueOf(value);
    }
}
