package org.tina.recipe;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tina.data.Catalog;
import org.tina.data.Names;
import org.tina.data.ProblemSet;
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
                Recipe made = Recipe.of(read);
                requireDataset(made.dataset());
                recipe = Optional.of(made).filter(sound -> errors.isEmpty());
            } catch (IllegalArgumentException e) {
                errors.add(e.getMessage());
            }
            return new RecipeCheck(file, recipe, table(file, read.entries()), errors);
        } catch (IllegalArgumentException e) {
            List<String> unreadable = List.of(e.getMessage().replace(file + ": ", ""));
            return new RecipeCheck(file, Optional.empty(), table(file, List.of()), unreadable);
        }
    }

    /** Whether there can be such a data set; nothing is downloaded. */
    private static void requireDataset(String dataset) {
        boolean isHere = ProblemSet.names().contains(dataset) || new File(dataset).exists();
        if (isHere || Catalog.find(dataset).isPresent()) {
            return;
        }
        if (dataset.matches("(?i).*\\.(parquet|jsonl?|csv|tsv)(\\.gz)?")) {
            throw new IllegalArgumentException(dataset + ": no such file");
        }
        if (dataset.startsWith("mini/") || !dataset.matches("[\\w-][\\w.-]*/[\\w-][\\w.-]*")) {
            throw Names.unknown("problem set", dataset, ProblemSet.names());
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
