package org.tina.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.tina.notebook.widget.Box;
import org.tina.notebook.widget.Button;
import org.tina.notebook.widget.CheckBox;
import org.tina.notebook.widget.Control;
import org.tina.notebook.widget.Dropdown;
import org.tina.notebook.widget.Html;
import org.tina.notebook.widget.TextBox;
import org.tina.notebook.widget.Widget;
import org.tina.recipe.Recipe.Changes;
import org.tina.recipe.Setting;

/**
 * A setting on a page: what it is set with, and beside that what it means, what it was in the
 * recipe that the learner began with if it is something else now, and what is wrong with a value
 * that the recipe does not take.
 *
 * @param <V> what the control holds: the setting's value, or its text in YAML
 */
final class SettingField<V> {
    private static final List<String> LONG_TEXTS = List.of("system_prompt", "chat_template");

    private final Setting first;
    private final String origin;
    private final Control<V> control;
    private final Function<Setting, V> content;
    private final BiFunction<Changes, V, Changes> change;
    private final Html note = new Html();
    private final Button reset = new Button("reset");
    private final Box row;

    /**
     * @param first the setting as it is in the recipe that the learner begins with
     * @param origin that recipe's name
     * @param content what the control shows of the setting
     * @param change how the control's value gets into a recipe
     */
    private SettingField(
            Setting first,
            String origin,
            Control<V> control,
            Function<Setting, V> content,
            BiFunction<Changes, V, Changes> change) {
        this.first = first;
        this.origin = origin;
        this.control = control;
        this.content = content;
        this.change = change;
        control.labelWidth("205px").enable(!first.inCode());
        control.width("480px");
        note.layout("flex", "1 1 260px").layout("width", "auto");
        reset.width("70px");
        reset.onClick(() -> control.set(content.apply(first)));
        row = Box.row(control, note);
        tell(first, "");
    }

    /**
     * A check box for yes or no, a drop-down for a choice, sliders for the usual knobs, or text.
     */
    static SettingField<?> of(Setting setting, String origin) {
        String label = setting.shortName();
        if (setting.value() instanceof Boolean on) {
            return typed(setting, origin, new CheckBox(label, on), Boolean.class);
        } else if (!setting.choices().isEmpty()) {
            return typed(setting, origin, choice(label, setting), String.class);
        }
        return switch (setting.key()) {
            case "learning_rate" -> slider(setting, origin, RunControls::learningRate);
            case "beta" -> slider(setting, origin, RunControls::beta);
            case "temperature" -> slider(setting, origin, RunControls::temperature);
            default -> {
                String text = setting.text();
                boolean isLong = LONG_TEXTS.contains(setting.key());
                TextBox box = isLong ? TextBox.area(label, text) : TextBox.line(label, text);
                yield new SettingField<>(
                        setting,
                        origin,
                        box,
                        Setting::text,
                        (r, typed) -> r.setYaml(setting.key(), typed));
            }
        };
    }

    /** A recipe's own name for a choice, such as another spelling, is offered too. */
    private static Dropdown<String> choice(String label, Setting setting) {
        String chosen = (String) setting.value();
        List<String> options = new ArrayList<>(setting.choices());
        if (!options.contains(chosen)) {
            options.add(chosen);
        }
        Dropdown<String> choice = new Dropdown<>(label, options);
        choice.set(chosen);
        return choice;
    }

    private static SettingField<Double> slider(
            Setting setting, String origin, BiFunction<String, Double, Control<Double>> slider) {
        Control<Double> control = slider.apply(setting.shortName(), (Double) setting.value());
        return typed(setting, origin, control, Double.class);
    }

    private static <V> SettingField<V> typed(
            Setting setting, String origin, Control<V> control, Class<V> type) {
        return new SettingField<>(
                setting,
                origin,
                control,
                now -> type.cast(now.value()),
                (r, value) -> r.set(setting.key(), value));
    }

    String key() {
        return first.key();
    }

    Control<V> control() {
        return control;
    }

    Widget widget() {
        return row;
    }

    Button resetButton() {
        return reset;
    }

    /** Sets what the control holds in a recipe. */
    Changes applyTo(Changes changes) {
        return change.apply(changes, control.value());
    }

    /**
     * Shows another value.
     *
     * @throws IllegalArgumentException if the control has no place for it, as a slider's ends
     */
    void show(Setting now) {
        control.set(content.apply(now));
    }

    /**
     * Says how the setting stands.
     *
     * @param now as the recipe has it
     * @param wrong why the control's value is not taken; empty if it is
     */
    void tell(Setting now, String wrong) {
        boolean differs = !now.value().equals(first.value());
        String meaning =
                first.meaning() + (first.allowed().isEmpty() ? "" : ", " + first.allowed());
        String plain = Html.escaped(first.inCode() ? "made in code" : meaning);
        if (!wrong.isEmpty()) {
            String kept = "not taken, stays " + RunsPicture.brief(now.value());
            note.html(edged(Charts.css(Charts.COLORS.get(4)), wrong, kept));
        } else if (differs) {
            String before = origin + ": " + RunsPicture.brief(first.value());
            note.html(edged(Charts.css(Charts.COLORS.get(1)), before, plain));
        } else {
            note.html(edged("transparent", "", plain));
        }
        boolean canReset = differs || !wrong.isEmpty();
        row.children(canReset ? List.of(control, reset, note) : List.of(control, note));
    }

    private static String edged(String color, String strong, String words) {
        String head =
                strong.isEmpty()
                        ? ""
                        : "<b style=\"color: %s\">%s</b> · ".formatted(color, Html.escaped(strong));
        return "<div style=\"border-left: 4px solid %s; padding: 3px 0.6em; line-height: 1.4\">%s%s</div>"
                .formatted(color, head, words);
    }

    @Override
    public String toString() {
        return control + "  " + note;
    }
}
