package org.tina.data;

import java.nio.file.Path;
import java.util.List;

/**
 * A data set on the Hugging Face Hub, as the catalog describes it.
 *
 * @param name what it is called here
 * @param aliases other names, such as those of Tina's recipes that train on it
 * @param purpose train or benchmark
 * @param id on the Hub, owner/name
 * @param config the Hub's name for one of several sets under an id
 * @param split train or test
 * @param revision branch, tag or commit
 * @param files patterns of the files' paths, where * is any text
 * @param published columns that the files have
 * @param columns how they become problem and gold answer
 * @param rows how many there are; 0 if not known
 * @param license as published, {@code none stated} or {@code unverified}
 * @param note what else one should know, or nothing
 */
public record Dataset(
        String name,
        List<String> aliases,
        String purpose,
        String id,
        String config,
        String split,
        String revision,
        List<String> files,
        List<String> published,
        Columns columns,
        int rows,
        String license,
        String note) {

    /** What an id on the Hub looks like. */
    static final String ID = "[\\w-][\\w.-]*/[\\w-][\\w.-]*";

    public Dataset {
        aliases = List.copyOf(aliases);
        files = List.copyOf(files);
        published = List.copyOf(published);
        if (!id.matches(ID)) {
            throw new IllegalArgumentException("id is %s, must look like owner/name".formatted(id));
        }
        if (!List.of("train", "benchmark").contains(purpose)) {
            throw Names.unknown("purpose", purpose, List.of("train", "benchmark"));
        }
        if (rows < 0) {
            throw new IllegalArgumentException("rows is " + rows + ", must be at least 0");
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException("files is empty, must name at least one pattern");
        }
    }

    /**
     * Its files: from the local Hugging Face cache, else downloaded.
     *
     * @throws IllegalArgumentException if they are incomplete, or not in the cache while {@code
     *     HF_HUB_OFFLINE} is set
     * @throws java.io.UncheckedIOException if they can't be downloaded
     */
    List<Path> locate() {
        return in(ModelHub.dataset(id, revision, files));
    }

    /** Its files in a copy of its repository. */
    List<Path> in(Path snapshot) {
        try {
            return DataFiles.matching(snapshot, files);
        } catch (IllegalArgumentException e) {
            String command = HubRepo.dataset(id).at(revision).command();
            throw new IllegalArgumentException(e.getMessage() + ": run `" + command + "`", e);
        }
    }
}
