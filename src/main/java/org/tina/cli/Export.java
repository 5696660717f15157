package org.tina.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tina.data.ModelHub;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Merges an adapter into its model. */
@Command(
        name = "export",
        description =
                "Writes a model with an adapter merged into its weights: a directory that transformers"
                        + " and this library load.",
        footer = {
            "  environment/tina export --model mini \\",
            "      --adapter runs/first/adapter --out models/first",
            "  environment/tina generate --model models/first --prompt \"...\""
        })
final class Export implements Callable<Integer> {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|ID",
            description = "The model that the adapter was trained on.")
    private String model;

    @Option(names = "--adapter", required = true, paramLabel = "DIR", description = "The adapter.")
    private Path adapter;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The new model's directory; must not exist or be empty.")
    private Path out;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (CausalLM loaded = CausalLM.load(ModelHub.get(model));
                LoraAdapter trained = LoraAdapter.load(loaded, adapter)) {
            loaded.save(out, trained);
        }
        spec.commandLine().getOut().println("model: " + out);
        return 0;
    }
}
