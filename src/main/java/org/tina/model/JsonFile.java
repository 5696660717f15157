package org.tina.model;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** A JSON file that holds one object; a value of the wrong kind is an error naming file and key. */
public record JsonFile(Path path, JsonObject object) {

    public static JsonFile read(Path path) {
        try {
            JsonElement root = JsonParser.parseString(Files.readString(path));
            if (!root.isJsonObject()) {
                throw new ModelFormatException(path, "must hold a JSON object");
            }
            return new JsonFile(path, root.getAsJsonObject());
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(path, "no such file", e);
        } catch (IOException | JsonParseException e) {
            throw new ModelFormatException(path, "not readable as JSON: " + e.getMessage(), e);
        }
    }

    /** The file, or an empty object where there is none. */
    public static JsonFile readIfPresent(Path path) {
        return Files.exists(path) ? read(path) : new JsonFile(path, new JsonObject());
    }

    /** Whether the key is there with a value other than null. */
    public boolean has(String key) {
        return object.has(key) && !object.get(key).isJsonNull();
    }

    public int integer(String key, int fallback) {
        return value(key, fallback, "a whole number", JsonPrimitive::isNumber, JsonFile::exactInt);
    }

    public double number(String key, double fallback) {
        return value(
                key, fallback, "a number", JsonPrimitive::isNumber, JsonPrimitive::getAsDouble);
    }

    public boolean bool(String key, boolean fallback) {
        return value(
                key,
                fallback,
                "true or false",
                JsonPrimitive::isBoolean,
                JsonPrimitive::getAsBoolean);
    }

    public String text(String key, String fallback) {
        return value(
                key, fallback, "a string", JsonPrimitive::isString, JsonPrimitive::getAsString);
    }

    /** Token ids given as one number or as a list of numbers; empty where there are none. */
    public List<Integer> integers(String key) {
        if (!has(key)) {
            return List.of();
        }
        if (!object.get(key).isJsonArray()) {
            return List.of(integer(key, -1));
        }
        List<Integer> values = new ArrayList<>();
        for (JsonElement element : object.getAsJsonArray(key)) {
            try {
                values.add(exactInt(element.getAsJsonPrimitive()));
            } catch (IllegalStateException | ArithmeticException | NumberFormatException e) {
                throw wrong(key, "a whole number or a list of them");
            }
        }
        return List.copyOf(values);
    }

    /** A list of strings; empty where there is none. */
    List<String> texts(String key) {
        if (!has(key)) {
            return List.of();
        }
        try {
            return object.getAsJsonArray(key).asList().stream()
                    .map(JsonElement::getAsString)
                    .toList();
        } catch (ClassCastException | IllegalStateException | UnsupportedOperationException e) {
            throw wrong(key, "a list of strings");
        }
    }

    /** The object under a key, as a file of its own for error messages; empty where absent. */
    public JsonFile child(String key) {
        if (!has(key)) {
            return new JsonFile(path, new JsonObject());
        }
        if (!object.get(key).isJsonObject()) {
            throw wrong(key, "an object");
        }
        return new JsonFile(path, object.getAsJsonObject(key));
    }

    public ModelFormatException wrong(String key, String wanted) {
        return new ModelFormatException(
                path, key + " is " + object.get(key) + ", it must be " + wanted);
    }

    private <T> T value(
            String key,
            T fallback,
            String wanted,
            Predicate<JsonPrimitive> kind,
            Function<JsonPrimitive, T> read) {
        if (!has(key)) {
            return fallback;
        }
        JsonElement element = object.get(key);
        if (element.isJsonPrimitive() && kind.test(element.getAsJsonPrimitive())) {
            try {
                return read.apply(element.getAsJsonPrimitive());
            } catch (ArithmeticException | NumberFormatException e) {
                // falls through to the error below
            }
        }
        throw wrong(key, wanted);
    }

    private static int exactInt(JsonPrimitive number) {
        return number.getAsBigDecimal().intValueExact();
    }
}
