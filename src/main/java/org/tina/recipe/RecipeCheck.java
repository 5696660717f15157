package org.tina.recipe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tina.recipe.RecipeFile.Entry;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What would become of a YAML file: whether it makes a recipe, and what each of its keys does.
 *
 * @param file the file
 * @param recipe the recipe, if it makes one
 * @param table a row a key: as written, its value, {@code applied}, {@code ignored}, {@code
 *     unknown} or {@code wrong}, and why or what it means; no rows if the file can't be read
 * @param errors what keeps it from being a recipe, one a line
 */
public record RecipeCheck(Path file, Optional<Recipe> recipe, Table table, List<String> errors) {

    /** Checks a file; whatever is in it, nothing is thrown. */
    public static RecipeCheck of(Path file) {
        try {
            RecipeFile read = RecipeFile.load(file);
            List<String> errors = new ArrayList<>(read.errors().toList());
            Optional<Recipe> recipe = Optional.empty();
            try {
                recipe = Optional.of(Recipe.of(read)).filter(made -> errors.isEmpty());
            } catch (IllegalArgumentException e) {
                errors.add(e.getMessage());
            }
            return new RecipeCheck(file, recipe, table(file, read.entries()), errors);
        } catch (IllegalArgumentException e) {
            List<String> unreadable = List.of(e.getMessage().replace(file + ": ", ""));
            return new RecipeCheck(file, Optional.empty(), table(file, List.of()), unreadable);
        }
    }

    private static Table table(Path file, List<Entry> entries) {
        StringColumn keys = StringColumn.create("key");
        StringColumn values = StringColumn.create("value");
        StringColumn verdicts = StringColumn.create("here");
        StringColumn remarks = StringColumn.create("meaning");
        for (Entry entry : entries) {
            keys.append(entry.written());
            values.append(RecipeFile.shown(entry.raw()));
            verdicts.append(entry.verdict().name().toLowerCase(Locale.ROOT));
            remarks.append(entry.remark());
        }
        return Table.create(file.toString(), keys, values, verdicts, remarks);
    }
}
