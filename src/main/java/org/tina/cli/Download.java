package org.tina.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tina.data.Catalog;
import org.tina.data.Dataset;
import org.tina.data.HubRepo;
import org.tina.data.ModelHub;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Models and data sets from the Hugging Face Hub. */
@Command(
        name = "download",
        description = {
            "Brings a model or a data set from the Hugging Face Hub into the local cache and prints its"
                    + " directory. What is there is not downloaded again; after a cut the same command"
                    + " goes on.",
            "Of a model come configuration, tokenizer and safetensors, of a data set all files."
        },
        footer = {
            "  environment/tina download deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B",
            "  environment/tina download limr",
            "  environment/tina download openai/gsm8k --dataset --include 'main/*'",
        })
final class Download implements Callable<Integer> {

    @Parameters(
            paramLabel = "ID",
            description = "The repository, such as owner/name, or a name of the catalog.")
    private String id;

    @Option(
            names = "--revision",
            paramLabel = "NAME",
            description = "A branch, a tag or a commit (default: main).")
    private String revision;

    @Option(names = "--dataset", description = "It is a data set, not a model.")
    private boolean dataset;

    @Option(
            names = "--include",
            paramLabel = "GLOB",
            description = "Only files whose path matches; * stands for slashes too.")
    private List<String> include = List.of();

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        Optional<Dataset> listed = Catalog.find(id);
        HubRepo named =
                listed.map(set -> HubRepo.dataset(set.id()).at(set.revision()))
                        .orElseGet(() -> dataset ? HubRepo.dataset(id) : HubRepo.model(id));
        HubRepo repo = revision == null ? named : named.at(revision);
        List<String> files =
                include.isEmpty() ? listed.map(Dataset::files).orElse(List.of()) : include;
        spec.commandLine().getOut().println(ModelHub.download(repo, files));
        return 0;
    }
}
