package org.tina.notebook.widget;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Several widgets as one: in a row, in a column, as tabs, or to fold out. */
public final class Box extends Widget {
    private Box(String name, List<? extends Widget> children) {
        super(name);
        parts("children", children);
    }

    /** Side by side, in a further row where there is no room. */
    public static Box row(Widget... children) {
        Box box = new Box("HBox", List.of(children));
        box.layout("flex_flow", "row wrap");
        return box;
    }

    /** One below the other. */
    public static Box column(Widget... children) {
        return new Box("VBox", List.of(children));
    }

    /**
     * One at a time, chosen by its title.
     *
     * @param children title → widget, in the map's order
     */
    public static Box tabs(Map<String, ? extends Widget> children) {
        return titled("Tab", children, 0);
    }

    /**
     * Titles that fold out, all folded at first.
     *
     * @param children title → widget, in the map's order
     */
    public static Box folds(Map<String, ? extends Widget> children) {
        return titled("Accordion", children, null);
    }

    private static Box titled(
            String name, Map<String, ? extends Widget> children, Integer selected) {
        Box box = new Box(name, List.copyOf(children.values()));
        box.put("titles", children.keySet());
        box.put("selected_index", selected);
        return box;
    }

    /** Replaces what the box holds. */
    public void children(List<? extends Widget> children) {
        parts("children", children);
    }

    @Override
    public String toString() {
        return shownParts().stream()
                .map(Widget::toString)
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n"));
    }
}
