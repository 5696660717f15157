package org.tina.notebook.widget;

/**
 * A place on the page that is replaced in place, also after its cell has ended: HTML, or whatever a
 * cell could show. A chart that is replaced by one of its size neither flickers nor jumps.
 */
public final class Html extends Widget {
    private volatile String text;

    public Html() {
        this("");
    }

    /**
     * @param html shown as it is: foreign text must have gone through {@link #escaped}
     */
    public Html(String html) {
        super("HTML");
        put("description", "");
        html(html);
    }

    /** Shows HTML as it is; foreign text must have gone through {@link #escaped}. */
    public void html(String html) {
        text = html.replaceAll("<[^>]*>", " ").strip();
        put("value", html);
    }

    /** Shows a chart, a table or any other value as the result of a cell would. */
    public void show(Object value) {
        Shown shown = Shown.of(value);
        put("value", shown.html());
        text = shown.text();
    }

    /** A text without meaning as HTML. */
    public static String escaped(String text) {
        return Shown.escaped(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
