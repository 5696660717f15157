package org.tina.notebook.widget;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;

/** A text to write, of one line or of many. */
public final class TextBox extends Control<String> {
    private TextBox(String name, String label, String value) {
        super(name, name.equals("Text") ? "TextStyle" : "DescriptionStyle", label, "value");
        put("continuous_update", false); // when the learner leaves the box or presses Enter
        start(value);
    }

    /** A text of one line. */
    public static TextBox line(String label, String value) {
        return new TextBox("Text", label, value);
    }

    /** A text of many lines. */
    public static TextBox area(String label, String value) {
        TextBox box = new TextBox("Textarea", label, value);
        box.put("rows", 6);
        box.width("640px");
        return box;
    }

    @Override
    JsonElement toJson(String value) {
        return new JsonPrimitive(value);
    }

    @Override
    String fromJson(JsonElement json) {
        return json.getAsString();
    }
}
