package org.tina.notebook.widget;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;

/** Yes or no, such as {@code new CheckBox("divide by the deviation", true)}. */
public final class CheckBox extends Control<Boolean> {
    public CheckBox(String label, boolean value) {
        super("Checkbox", "CheckboxStyle", label, "value");
        put("indent", true);
        start(value);
    }

    @Override
    JsonElement toJson(Boolean value) {
        return new JsonPrimitive(value);
    }

    @Override
    Boolean fromJson(JsonElement json) {
        return json.getAsBoolean();
    }
}
