package org.tina.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a value is in a row: a column, then keys and positions, as in {@code messages[0].content}.
 * A text on the way is opened as JSON, so {@code verification_info.answer.value} reaches into a
 * column of JSON texts.
 *
 * @param text as it is written
 * @param column the row's column
 * @param steps below the column: a String is a key, an Integer a position from 0
 */
record FieldPath(String text, String column, List<Object> steps) {

    /**
     * Reads a path.
     *
     * @throws IllegalArgumentException if it is none
     */
    static FieldPath parse(String text) {
        if (!text.matches("[^.\\[\\]]+(\\.[^.\\[\\]]+|\\[\\d{1,6}])*")) {
            throw new IllegalArgumentException(
                    "\"%s\" is no path to a value, one looks like answer or messages[0].content"
                            .formatted(text));
        }
        List<Object> steps = new ArrayList<>();
        String[] parts = text.replace("[", ".[").split("\\.");
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i];
            steps.add(
                    part.startsWith("[")
                            ? (Object) Integer.valueOf(part.substring(1, part.length() - 1))
                            : part);
        }
        return new FieldPath(text, parts[0], List.copyOf(steps));
    }

    /** The value, or null if the row has none there. */
    JsonElement in(JsonObject row) {
        JsonElement value = row.get(column);
        for (Object step : steps) {
            value = value == null ? null : below(opened(value), step);
        }
        return value == null || value.isJsonNull() ? null : value;
    }

    private static JsonElement opened(JsonElement value) {
        if (!value.isJsonPrimitive()) {
            return value;
        }
        try {
            return JsonParser.parseString(value.getAsString());
        } catch (JsonParseException e) {
            return value;
        }
    }

    private static JsonElement below(JsonElement value, Object step) {
        if (step instanceof Integer position) {
            return value.isJsonArray() && position < value.getAsJsonArray().size()
                    ? value.getAsJsonArray().get(position)
                    : null;
        }
        return value.isJsonObject() ? value.getAsJsonObject().get((String) step) : null;
    }

    @Override
    public String toString() {
        return text;
    }
}
