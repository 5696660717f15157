package org.tina.model;

import com.google.gson.JsonElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The weights of a model directory by name: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} lists. Knows where each tensor lies; reads none of them.
 */
public final class Weights {

    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    /** A tensor and the file that holds it. */
    public record Located(Path file, SafeTensors.Entry entry) {}

    private final Path source;
    private final Map<String, SafeTensors> files;

    private Weights(Path source, Map<String, SafeTensors> files) {
        this.source = source;
        this.files = files;
    }

    /**
     * Opens the weights and checks that every file and every tensor listed is there.
     *
     * @throws ModelFormatException naming the file and tensor that is missing or damaged
     */
    public static Weights open(Path dir) {
        if (Files.exists(dir.resolve(SINGLE))) {
            SafeTensors file = SafeTensors.open(dir.resolve(SINGLE));
            Map<String, SafeTensors> files = new LinkedHashMap<>();
            file.entries().keySet().forEach(name -> files.put(name, file));
            return new Weights(file.path(), files);
        }
        if (Files.exists(dir.resolve(INDEX))) {
            return openShards(dir);
        }
        String other =
                Files.exists(dir.resolve("pytorch_model.bin"))
                        ? " (pytorch_model.bin can't be read: load it with transformers and"
                                + " save_pretrained it again)"
                        : "";
        throw new ModelFormatException(dir, "has neither %s nor %s%s", SINGLE, INDEX, other);
    }

    private static Weights openShards(Path dir) {
        JsonFile index = JsonFile.read(dir.resolve(INDEX));
        Map<String, SafeTensors> shards = new HashMap<>();
        Map<String, SafeTensors> files = new LinkedHashMap<>();
        JsonFile map = index.child("weight_map");
        for (Map.Entry<String, JsonElement> entry : map.object().entrySet()) {
            String tensor = entry.getKey();
            String name = map.text(tensor, "");
            if (name.isEmpty() || name.contains("/") || name.contains("\\")) {
                throw map.wrong(tensor, "the name of a file beside the index");
            }
            Path path = dir.resolve(name);
            if (!shards.containsKey(name) && !Files.exists(path)) {
                throw new ModelFormatException(
                        index.path(),
                        "weight_map puts %s in %s, a shard that is missing from the directory",
                        tensor,
                        name);
            }
            SafeTensors shard = shards.computeIfAbsent(name, ignored -> SafeTensors.open(path));
            if (!shard.entries().containsKey(tensor)) {
                throw new ModelFormatException(
                        path, "has no tensor %s, which %s puts there", tensor, INDEX);
            }
            files.put(tensor, shard);
        }
        if (files.isEmpty()) {
            throw new ModelFormatException(index.path(), "weight_map is missing or empty");
        }
        return new Weights(index.path(), files);
    }

    /** Names of all tensors. */
    public Set<String> names() {
        return Collections.unmodifiableSet(files.keySet());
    }

    /** Where a tensor lies; an error if there is none of this name. */
    public Located get(String name) {
        SafeTensors file = file(name);
        return new Located(file.path(), file.entry(name));
    }

    /** The values of a float tensor, row-major, as float32. */
    public float[] floats(String name) {
        return file(name).floats(name);
    }

    /** A tensor as it is, for {@link SafeTensors#write}. */
    public SafeTensors.Tensor copy(String name) {
        return SafeTensors.Tensor.copy(file(name), name);
    }

    /** Checks that a tensor is there, in a float type and with exactly this shape. */
    public void require(String name, long... shape) {
        Located located = get(name);
        SafeTensors.Entry entry = located.entry();
        if (!Arrays.equals(entry.shape(), shape)) {
            throw new ModelFormatException(
                    located.file(),
                    "%s has shape %s, config.json asks for %s",
                    name,
                    Arrays.toString(entry.shape()),
                    Arrays.toString(shape));
        }
        if (!entry.dtype().isFloat()) {
            throw new ModelFormatException(
                    located.file(),
                    "%s has dtype %s, weights must be F32, F16 or BF16",
                    name,
                    entry.dtype());
        }
    }

    private SafeTensors file(String name) {
        SafeTensors file = files.get(name);
        if (file == null) {
            throw new ModelFormatException(source, "has no tensor " + name);
        }
        return file;
    }
}
