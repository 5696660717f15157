package org.tina.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter.Indenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter.NopIndenter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.core.util.Separators.Spacing;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import java.util.Map;

/**
 * {@code x | tojson} and {@code x | tojson(indent=2)} with the spaces that Python's {@code
 * json.dumps} writes.
 */
final class PythonJson implements AdvancedFilter {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Override
    public String getName() {
        return "tojson";
    }

    @Override
    public Object filter(
            Object value,
            JinjavaInterpreter jinja,
            Object[] arguments,
            Map<String, Object> options) {
        try {
            return MAPPER.writer(printer(options.get("indent"))).writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("tojson: " + e.getOriginalMessage(), e);
        }
    }

    private static DefaultPrettyPrinter printer(Object indent) {
        boolean oneLine = !(indent instanceof Number);
        Indenter indenter =
                oneLine
                        ? NopIndenter.instance
                        : new DefaultIndenter(" ".repeat(((Number) indent).intValue()), "\n");
        Spacing between = oneLine ? Spacing.AFTER : Spacing.NONE;
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter(
                        Separators.createDefaultInstance()
                                .withObjectFieldValueSpacing(Spacing.AFTER)
                                .withObjectEntrySpacing(between)
                                .withArrayValueSpacing(between)
                                .withObjectEmptySeparator("")
                                .withArrayEmptySeparator(""));
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        return printer;
    }
}
