package org.tina.recipe;

import java.util.List;
import java.util.Locale;

/**
 * A setting of a recipe with what there is to know about it: enough to make a form of it.
 *
 * @param key its name in YAML
 * @param shortName its other name where that is shorter, such as {@code reward_funcs}; else the key
 * @param value a Boolean, Integer, Double, String, List or Map, the same type in every recipe
 * @param group what it is about
 * @param meaning one line on what it does
 * @param allowed the values that it may have, in words; empty if any of its type
 * @param choices the names to choose from; empty if it is no such choice
 * @param inCode whether rewards or problems made in code are in its place, so that the key changes
 *     nothing
 */
public record Setting(
        String key,
        String shortName,
        Object value,
        Group group,
        String meaning,
        String allowed,
        List<String> choices,
        boolean inCode) {

    /** What settings are about. */
    public enum Group {
        MODEL_AND_DATA,
        REWARDS,
        ADAPTER,
        ROLLOUT,
        UPDATE,
        RUN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    static Setting of(Key key, Object value, boolean inCode) {
        return new Setting(
                key.key(),
                key.shortName(),
                value,
                key.group(),
                key.meaning,
                key.allowed,
                key.choices(),
                inCode);
    }

    /** The value as {@link Recipe.Changes#setYaml} reads it. */
    public String text() {
        return RecipeFile.shown(value);
    }
}
