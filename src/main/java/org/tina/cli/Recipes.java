package org.tina.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.tina.recipe.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The library's recipes. */
@Command(
        name = "recipes",
        description = "Lists the library's recipes, or shows one with all its keys.",
        footer = {
            "  environment/tina recipes",
            "  environment/tina recipes mini > my.yaml",
        })
final class Recipes implements Callable<Integer> {

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "The recipe to show, as YAML that train reads.")
    private String name;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (name == null) {
            Recipe.names().forEach(out::println);
        } else {
            out.print(Recipe.named(name).toYaml());
        }
        return 0;
    }
}
