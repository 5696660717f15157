package org.tina.notebook.widget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tina.notebook.widget.RangeSlider.Range;

/** Widgets where there is no notebook: the same code, with the values they start with. */
class WidgetTest {
    private final List<Object> seen = new ArrayList<>();

    @Test
    void aControlHasItsFirstValueAndTellsOfEachOther() {
        Slider slider = new Slider("beta", 0, 0.2, 0.04);
        slider.onChange(seen::add);
        assertEquals(0.04, slider.value());
        slider.set(0.1);
        slider.set(0.1);
        slider.set(0.0);
        assertEquals(List.of(0.1, 0.0), seen);
    }

    @Test
    void listenersMaySetOtherControlsBothWays() {
        IntSlider left = new IntSlider("left", 0, 10, 5);
        IntSlider right = new IntSlider("right", 0, 10, 5);
        left.onChange(right::set);
        right.onChange(left::set);
        left.set(7);
        assertEquals(7, right.value());
        right.set(2);
        assertEquals(2, left.value());
    }

    @Test
    void aValueOutsideIsRefusedAndNothingChanges() {
        LogSlider slider = new LogSlider("learning rate", 1e-5, 1e-2, 1e-3);
        slider.onChange(seen::add);
        for (double value : new double[] {0, 0.1, Double.NaN}) {
            var error = assertThrows(IllegalArgumentException.class, () -> slider.set(value));
            assertTrue(error.getMessage().contains("learning rate is " + value), error.toString());
        }
        assertEquals(1e-3, slider.value());
        assertEquals(List.of(), seen);
        assertThrows(IllegalArgumentException.class, () -> new Slider("upside down", 1, 0, 0.5));
        assertThrows(IllegalArgumentException.class, () -> new LogSlider("no log", 0, 1, 0.5));
        assertThrows(IllegalArgumentException.class, () -> new IntSlider("outside", 1, 3, 4));
    }

    @Test
    void aPagesRoundingAtTheEndsIsTakenForTheEnds() {
        LogSlider slider = new LogSlider("learning rate", 1e-5, 1e-2, 1e-3);
        assertEquals(1e-2, slider.fromJson(new JsonPrimitive(0.010000000000000002)));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0.01, .2f",
        "0.2, 0.002, .3f",
        "96, 1, .0f",
        "2.9, 0.02, .2f",
        "1e6, 10000, .0f"
    })
    void aStepIsAboutAHundredthOfTheRange(double range, double step, String format) {
        assertEquals(step, NumberSlider.hundredth(range), step * 1e-9);
        assertEquals(format, NumberSlider.format(NumberSlider.hundredth(range)));
    }

    @Property
    void whatAPageSendsBackIsTheSameValue(
            @ForAll @DoubleRange(min = -5, max = 5) double one,
            @ForAll @DoubleRange(min = -5, max = 5) double other) {
        Slider slider = new Slider("x", -5, 5, 0);
        assertEquals(one, slider.fromJson(slider.toJson(one)));
        RangeSlider range = new RangeSlider("x", -5, 5, -1, 1);
        Range ends = new Range(Math.min(one, other), Math.max(one, other));
        assertEquals(ends, range.fromJson(range.toJson(ends)));
    }

    @Test
    void aRangeWithItsEndsExchangedIsRefused() {
        RangeSlider slider = new RangeSlider("length", 0, 96, 10, 50);
        JsonArray ends = new JsonArray();
        ends.add(50);
        ends.add(10);
        assertThrows(IllegalArgumentException.class, () -> slider.fromJson(ends));
        assertTrue(slider.value().contains(50) && !slider.value().contains(51));
    }

    @Test
    void aDropdownOffersTypedValues() {
        Dropdown<Integer> rank = new Dropdown<>("rank", List.of(4, 8, 16), r -> "r = " + r);
        rank.onChange(seen::add);
        assertEquals(4, rank.value());
        assertEquals(16, rank.fromJson(new JsonPrimitive(2)));
        rank.set(8);
        assertEquals(List.of(8), seen);
        assertThrows(IllegalArgumentException.class, () -> rank.set(5));
        assertThrows(RuntimeException.class, () -> rank.fromJson(new JsonPrimitive(3)));
        assertThrows(IllegalArgumentException.class, () -> new Dropdown<>("nothing", List.of()));
    }

    @Test
    void aButtonCanBePressedFromJava() {
        Button button = new Button("Stop").onClick(() -> seen.add("stopped"));
        button.click();
        assertEquals(List.of("stopped"), seen);
    }

    @Test
    void aBoxSaysWhatItHoldsAndMayHoldOthers() {
        Html place = new Html("<b>12</b> steps");
        Map<String, Widget> pages = new LinkedHashMap<>();
        pages.put("controls", Box.row(new CheckBox("fast", true), new Button("Go")));
        pages.put("result", place);
        Box box = Box.tabs(pages);
        assertEquals("fast: true\n[Go]\n12  steps", box.toString());
        box.children(List.of(TextBox.line("name", "Ada")));
        assertEquals("name: Ada", box.toString());
        assertEquals("[\"controls\",\"result\"]", box.get("titles").toString());
        box.show(); // no page: nothing happens
    }

    @Test
    void foreignTextIsNoHtml() {
        assertEquals("&lt;think&gt; &quot;a&quot; &amp; b", Html.escaped("<think> \"a\" & b"));
    }

    @Test
    void anOutputKeepsTheNewest() {
        Output output = new Output();
        for (int i = 0; i < 300; i++) {
            output.println(i);
        }
        assertEquals(200, output.get("outputs").getAsJsonArray().size());
        assertEquals("299", output.toString());
        output.clear();
        assertEquals(0, output.get("outputs").getAsJsonArray().size());
    }
}
