package org.tina.data;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Which files of a repository are wanted. */
sealed interface HubSelection {

    /**
     * The wanted files of a listing.
     *
     * @throws IOException if there are none
     */
    List<HubFile> files(HubRepo repo, HubListing listing) throws IOException;

    /** Further files, which the wanted ones name. */
    default List<String> named(Path snapshot) throws IOException {
        return List.of();
    }

    /** What a snapshot lacks, as far as can be told without a listing. */
    List<String> missing(Path snapshot, List<String> present) throws IOException;

    /** Whether a snapshot that lacks nothing as far as can be told is whole. */
    boolean isCertain();

    /** The files whose path matches a pattern; all files if there is no pattern. */
    record Matching(List<String> patterns) implements HubSelection {

        public Matching {
            patterns = patterns.isEmpty() ? List.of("*") : List.copyOf(patterns);
        }

        @Override
        public List<HubFile> files(HubRepo repo, HubListing listing) throws IOException {
            for (String pattern : patterns) {
                Glob glob = new Glob(pattern);
                if (listing.files().stream().noneMatch(file -> glob.matches(file.path()))) {
                    throw new IOException(
                            "%s has no file that matches %s; it has %s"
                                    .formatted(repo, pattern, listing.someNames()));
                }
            }
            return listing.files().stream().filter(file -> matches(file.path())).toList();
        }

        @Override
        public List<String> missing(Path snapshot, List<String> present) {
            return patterns.stream()
                    .filter(pattern -> present.stream().noneMatch(new Glob(pattern)::matches))
                    .toList();
        }

        @Override
        public boolean isCertain() {
            return patterns.stream().allMatch(Glob::isPlain);
        }

        private boolean matches(String path) {
            return patterns.stream().anyMatch(pattern -> new Glob(pattern).matches(path));
        }
    }

    /** What it takes to load a model: its configuration, its tokenizer and its safetensors. */
    record Model() implements HubSelection {

        private static final String WEIGHTS = "model.safetensors";
        private static final String INDEX = "model.safetensors.index.json";
        private static final Glob TEXTS =
                new Glob(
                        "config.json",
                        "generation_config.json",
                        "tokenizer*",
                        "special_tokens_map.json",
                        "added_tokens.json",
                        "chat_template.*",
                        "vocab.json",
                        "merges.txt");

        @Override
        public List<HubFile> files(HubRepo repo, HubListing listing) throws IOException {
            HubFile weights =
                    listing.file(WEIGHTS)
                            .or(() -> listing.file(INDEX))
                            .orElseThrow(() -> new IOException(noWeights(repo, listing)));
            if (listing.file("config.json").isEmpty()) {
                throw new IOException(
                        "%s has no config.json, so it is no model that transformers wrote; it has %s"
                                .formatted(repo, listing.someNames()));
            }
            List<HubFile> files = new ArrayList<>();
            listing.files().stream()
                    .filter(file -> !file.path().contains("/") && TEXTS.matches(file.path()))
                    .forEach(files::add);
            files.add(weights);
            return files;
        }

        private static String noWeights(HubRepo repo, HubListing listing) {
            return ("%s has no %s, the only form of weights that is read here; it has %s. Look for a"
                            + " version of it that has, or convert it with transformers:"
                            + " save_pretrained(DIR) writes safetensors")
                    .formatted(repo, WEIGHTS, listing.someNames());
        }

        /** The shards that the index names. */
        @Override
        public List<String> named(Path snapshot) throws IOException {
            Path index = snapshot.resolve(INDEX);
            if (Files.exists(snapshot.resolve(WEIGHTS)) || !Files.exists(index)) {
                return List.of();
            }
            try {
                TreeSet<String> shards = new TreeSet<>();
                JsonParser.parseString(Files.readString(index))
                        .getAsJsonObject()
                        .getAsJsonObject("weight_map")
                        .entrySet()
                        .forEach(weight -> shards.add(weight.getValue().getAsString()));
                return List.copyOf(shards);
            } catch (RuntimeException e) {
                throw new IOException(index + " is no index of weights: " + e.getMessage(), e);
            }
        }

        @Override
        public List<String> missing(Path snapshot, List<String> present) throws IOException {
            List<String> needed = new ArrayList<>(List.of("config.json", "tokenizer.json"));
            if (present.contains(INDEX) && !present.contains(WEIGHTS)) {
                needed.addAll(named(snapshot));
            } else {
                needed.add(WEIGHTS);
            }
            needed.removeAll(present);
            return needed;
        }

        @Override
        public boolean isCertain() {
            return true;
        }
    }
}
