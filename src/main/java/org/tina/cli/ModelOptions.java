package org.tina.cli;

import java.nio.file.Path;
import org.tina.data.ModelHub;
import org.tina.lora.LoraAdapter;
import org.tina.model.CausalLM;
import org.tina.model.Policy;
import picocli.CommandLine.Option;

/** Which model, and which adapter on it. */
final class ModelOptions {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR|ID",
            description = "A model directory, a Hugging Face id (downloaded if need be), or mini.")
    private String model;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "An adapter for the model, written by train or by PEFT.")
    private Path adapter;

    CausalLM load() {
        return CausalLM.load(ModelHub.get(model));
    }

    Policy policy(CausalLM loaded) {
        return adapter == null ? Policy.frozen(loaded) : LoraAdapter.load(loaded, adapter);
    }
}
