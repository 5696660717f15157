package org.tina.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for any recipe. */
class RecipeProperties {

    /** Texts of all kinds: several lines, quotes, tags, braces, characters that YAML escapes. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> any = Arbitraries.strings().all().ofMaxLength(20);
        Arbitrary<String> yaml =
                Arbitraries.of("", " ", "a: b", "- x", "'", "\"", "|\n  x", "# no", "null", "1e-6")
                        .list()
                        .ofMaxSize(3)
                        .map(parts -> String.join("\n", parts));
        Arbitrary<String> lineEnds = Arbitraries.of("\n", "\n\n", "a\n\n", "\na\n");
        return Arbitraries.oneOf(any, yaml, lineEnds).filter(RecipeProperties::isUnicode);
    }

    private static boolean isUnicode(String text) { // a file has no halves of surrogate pairs
        return text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }

    @Provide
    Arbitrary<Recipe> recipes() {
        return Combinators.combine(
                        Arbitraries.of(Recipe.names()),
                        texts(),
                        Arbitraries.doubles().between(1e-9, 1e3).ofScale(12),
                        Arbitraries.integers().between(1, 1000),
                        Arbitraries.doubles().between(-5, 5).list().ofSize(3),
                        Arbitraries.of(true, false))
                .as(
                        (name, prompt, rate, rank, weights, flag) ->
                                Recipe.named(name)
                                        .with(
                                                r ->
                                                        r.set("system_prompt", prompt)
                                                                .set("learning_rate", rate)
                                                                .loraR(rank)
                                                                .set("use_peft", flag)
                                                                .set(
                                                                        "rl_post_train_reward_funcs",
                                                                        List.of(
                                                                                "format", "length",
                                                                                "cosine"))
                                                                .set(
                                                                        "rl_post_train_reward_weights",
                                                                        weights)));
    }

    @Property(tries = 200)
    void yamlRoundTrips(@ForAll("recipes") Recipe recipe) throws IOException {
        Path file = Files.createTempFile("recipe", ".yaml");
        try {
            Recipe again = Recipe.load(Files.writeString(file, recipe.toYaml()));
            Map<String, Object> settings = recipe.settings();
            assertEquals(settings, again.settings());
            assertEquals(recipe.toYaml(), again.toYaml());
            assertEquals(0, again.differencesFrom(recipe).rowCount());
            assertEquals(recipe.grpo(), again.grpo());
        } finally {
            Files.delete(file);
        }
    }

    /** A form may show each setting as text and give the text back. */
    @Property(tries = 20)
    void aSettingsTextIsReadBack(@ForAll("recipes") Recipe recipe) {
        for (Setting setting : recipe.explained()) {
            for (String name : List.of(setting.key(), setting.shortName())) {
                Recipe again = recipe.with(r -> r.setYaml(name, setting.text()));
                assertEquals(recipe.settings(), again.settings(), name);
            }
        }
    }

    /** Any text is refused or makes a recipe; a check never throws. */
    @Property(tries = 200)
    void anyFileCanBeChecked(@ForAll("texts") String text, @ForAll("texts") String more)
            throws IOException {
        Path file = Files.createTempFile("recipe", ".yaml");
        try {
            Files.writeString(file, text + ": " + more + "\nbase: mini\n");
            RecipeCheck check = RecipeCheck.of(file);
            assertEquals(check.errors().isEmpty(), check.recipe().isPresent());
        } finally {
            Files.delete(file);
        }
    }
}
