package org.tina.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tina.data.ModelHub;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Merges an adapter into its model, or writes the tensor program for Python. */
@Command(
        name = "export",
        description = {
            "Writes a model with an adapter merged into its weights: a directory that transformers"
                    + " and this library load.",
            "With --program instead, the tensor program itself, without weights, as a file for"
                    + " Python's torch.jit.load."
        },
        footer = {
            "  environment/tina export --model mini \\",
            "      --adapter runs/first/adapter --out models/first",
            "  environment/tina generate --model models/first --prompt \"...\"",
            "  environment/tina export --model mini --program runs/program.pt"
        })
final class Export implements Callable<Integer> {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|ID",
            description = "The model that the adapter was trained on.")
    private String model;

    @ArgGroup(multiplicity = "1")
    private What what;

    /** One of the two. */
    private static final class What {
        @ArgGroup(exclusive = false)
        private Merged merged;

        @Option(
                names = "--program",
                paramLabel = "FILE",
                description =
                        "The program's file; src/test/python/gpu_program.py measures it on a GPU.")
        private Path program;
    }

    private static final class Merged {
        @Option(
                names = "--adapter",
                required = true,
                paramLabel = "DIR",
                description = "The adapter.")
        private Path adapter;

        @Option(
                names = "--out",
                required = true,
                paramLabel = "DIR",
                description = "The new model's directory; must not exist or be empty.")
        private Path out;
    }

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter console = spec.commandLine().getOut();
        try (CausalLM loaded = CausalLM.load(ModelHub.get(model))) {
            if (what.program != null) {
                loaded.saveProgram(what.program);
                console.println("program: " + what.program);
                return 0;
            }
            try (LoraAdapter trained = LoraAdapter.load(loaded, what.merged.adapter)) {
                loaded.save(what.merged.out, trained);
            }
        }
        console.println("model: " + what.merged.out);
        return 0;
    }
}
