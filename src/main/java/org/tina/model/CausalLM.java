package org.tina.model;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tina.data.AtomicFile;

/**
 * A Qwen2 causal language model loaded from a Hugging Face model directory.
 *
 * <p>Weights keep their type and are mapped from their files, not read into memory; only small
 * float32 models and models on a GPU are copied. A float16 model on the CPU is computed in float32.
 *
 * <p>Holds native memory: close it, after the policies made from it.
 */
public final class CausalLM implements AutoCloseable {

    /**
     * Up to this size a model is copied with q, k, v and gate, up side by side: fewer, larger
     * products.
     */
    private static final long COPIED_BYTES = 512L << 20;

    /**
     * The vocabulary's logits are computed for at most this many values at a time: 64 MB of
     * float32; on a GPU 256 MB, as a product of few rows reads the head for little work.
     */
    private static final long LOGITS_AT_ONCE = 1L << 24;

    private static final long LOGITS_AT_ONCE_ON_GPU = 1L << 26;

    /**
     * Up to this size the weights are laid out a second time for decoding, which takes half the
     * time.
     */
    private static final long LAID_OUT_BYTES = 2L << 30;

    /** Parameters up to which a core works on a group of its own. */
    private static final long SMALL = 200_000_000;

    /** torch's numbers for the types that weights come in. */
    private static final Map<SafeTensors.DType, Integer> TORCH_TYPES =
            Map.of(
                    SafeTensors.DType.F16, 5,
                    SafeTensors.DType.F32, 6,
                    SafeTensors.DType.F64, 7,
                    SafeTensors.DType.BF16, 15);

    /**
     * Files of a model directory that say how text becomes tokens; copied when a model is saved.
     */
    private static final List<String> TEXT_FILES =
            List.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.json",
                    "merges.txt",
                    "chat_template.jinja",
                    "generation_config.json");

    private final Path directory;
    private final ModelConfig config;
    private final String device;
    private final String computed;
    private Tokenizer tokenizer;
    private ChatTemplate chatTemplate;
    private final GenerationConfig generationConfig;
    private final NDManager manager;
    private final TensorProgram program;
    private NDList decodingWeights;

    static {
        DjlSettings.apply();
    }

    private CausalLM(Path directory, String device) {
        this.directory = directory;
        this.device = device;
        config = ModelConfig.read(directory);
        Weights weights = Weights.open(directory);
        boolean cpu = device.equals("cpu");
        computed = cpu && config.dtype().equals("float16") ? "float32" : config.dtype();
        List<String> files = new ArrayList<>();
        long[] index = index(weights, files);
        generationConfig = GenerationConfig.read(directory);
        boolean copied = !cpu || (computed.equals("float32") && bytes(weights) <= COPIED_BYTES);
        program = TensorProgram.compile(device, attributes(files, copied));
        manager = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
        try (NDManager scratch = manager.newSubManager()) {
            program.call(scratch, "load", scratch.create(index).reshape(index.length / 5, 5));
        }
    }

    private Map<String, Object> attributes(List<String> files, boolean fused) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("files", String.join("\n", files));
        out.put("device", device);
        out.put("dtype", TORCH_TYPES.get(SafeTensors.DType.ofTorchName(computed)));
        out.put("fused", fused);
        out.put("tied", config.tiedEmbeddings());
        out.put("heads", config.heads());
        out.put("kv_heads", config.kvHeads());
        out.put("head_dim", config.headDim());
        out.put("eps", config.rmsNormEps());
        out.put("rope_theta", config.ropeTheta());
        out.put("weights", null);
        return out;
    }

    /**
     * Loads a model directory onto the GPU if there is one, else the CPU; the system property
     * {@code tina.device} ({@code cpu}, {@code cuda:0}, …) decides otherwise.
     *
     * @throws ModelFormatException for a directory that is damaged or not a model that this library
     *     runs
     */
    public static CausalLM load(Path directory) {
        return load(directory, defaultDevice());
    }

    /** Where {@link #load(Path)} puts a model: {@code cpu}, {@code cuda:0} and so on. */
    public static String defaultDevice() {
        String fallback = Engine.getEngine("PyTorch").getGpuCount() > 0 ? "cuda:0" : "cpu";
        return System.getProperty("tina.device", fallback);
    }

    /**
     * Loads a model directory.
     *
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws IllegalArgumentException for a device that this machine does not have
     */
    public static CausalLM load(Path directory, String device) {
        int gpus = Engine.getEngine("PyTorch").getGpuCount();
        String name = device.equals("cuda") ? "cuda:0" : device;
        boolean known = name.equals("cpu");
        for (int i = 0; i < gpus; i++) {
            known |= name.equals("cuda:" + i);
        }
        if (!known) {
            throw new IllegalArgumentException(
                    "device is "
                            + device
                            + ", this machine has cpu"
                            + (gpus > 0 ? " and cuda:0 to cuda:" + (gpus - 1) : ""));
        }
        return new CausalLM(directory, name);
    }

    public ModelConfig config() {
        return config;
    }

    /** The directory's tokenizer, loaded when first asked for: scoring token ids needs none. */
    public synchronized Tokenizer tokenizer() {
        if (tokenizer == null) {
            tokenizer = Tokenizer.load(directory);
        }
        return tokenizer;
    }

    /** The directory's chat template, loaded when first asked for. */
    public synchronized ChatTemplate chatTemplate() {
        if (chatTemplate == null) {
            chatTemplate = ChatTemplate.load(directory);
        }
        return chatTemplate;
    }

    public GenerationConfig generationConfig() {
        return generationConfig;
    }

    public Path directory() {
        return directory;
    }

    /** The directory's name, for people to read. */
    public String name() {
        return directory.toAbsolutePath().normalize().getFileName().toString();
    }

    /** {@code cpu} or {@code cuda:N}. */
    public String device() {
        return device;
    }

    /** Whether the forward pass runs in bfloat16 or float16. */
    public boolean halfPrecision() {
        return !computed.equals("float32");
    }

    /** The number of parameters, embeddings counted once where they are tied. */
    public long parameters() {
        return config.parameters();
    }

    /** What the parameters take in the type that they are computed in. */
    public long bytes() {
        return parameters() * (halfPrecision() ? 2 : 4);
    }

    /** Whether the weights are few enough to be laid out a second time for decoding. */
    public boolean mayBeLaidOut() {
        return bytes() <= LAID_OUT_BYTES;
    }

    /**
     * The way in which libtorch multiplies this model's matrices here, as measured: {@code onednn};
     * {@code packed}, with oneDNN for few rows only; {@code plain}; or {@code widened}, bfloat16 in
     * float32, as the processor has no instructions for it.
     */
    public String products() {
        return Products.on(device, TORCH_TYPES.get(SafeTensors.DType.ofTorchName(computed)));
    }

    /**
     * Token ids that end a completion: those of generation_config.json, else the tokenizer's eos.
     */
    public List<Integer> stopTokens() {
        return generationConfig.eosTokenIds().isEmpty()
                ? List.of(tokenizer().eos())
                : generationConfig.eosTokenIds();
    }

    /** The tensor program with this model's weights. */
    public TensorProgram program() {
        return program;
    }

    /**
     * Writes the tensor program, without weights, for Python's {@code torch.jit.load}: what runs
     * here can be measured and checked where there is no Java. Its attributes are this model's, and
     * may be set to another's before its {@code load}.
     */
    public void saveProgram(Path file) throws IOException {
        TensorProgram.write(file, attributes(List.of(), true));
    }

    /** The model's own weights as decoding wants them, laid out when first asked for. */
    synchronized NDList decodingWeights() {
        if (decodingWeights == null) {
            try (NDManager scratch = manager.newSubManager()) {
                NDArray none = scratch.create(new float[0], new Shape(0));
                long[] frozen = {0, 1, 0};
                NDList own = program.call(manager, "merge", none, frozen, new double[] {0, 0});
                decodingWeights = packed(own, manager);
            }
        }
        return decodingWeights;
    }

    /** Takes a list of weights, and gives the same ones laid out for decoding. */
    NDList packed(NDList weights, NDManager owner) {
        if (!device.equals("cpu") || !mayBeLaidOut()) {
            return weights;
        }
        NDList packed = program.call(owner, "pack", weights);
        weights.close();
        return packed;
    }

    /** A manager for tensors that live beside this model; close it before the model. */
    public NDManager newManager() {
        return manager.newSubManager();
    }

    NDManager manager() {
        return manager;
    }

    /**
     * How many groups of this model are worked on side by side: as many as there are cores for a
     * small model on the CPU, one for a large one or on a GPU, where each fills the machine and its
     * memory.
     */
    public int groupsAtOnce() {
        return device.equals("cpu") && parameters() < SMALL ? Workers.cores() : 1;
    }

    /** Positions whose logits are computed at once. */
    int chunk() {
        long values = device.equals("cpu") ? LOGITS_AT_ONCE : LOGITS_AT_ONCE_ON_GPU;
        return (int) Math.max(16, values / config.vocabSize());
    }

    @Override
    public void close() {
        program.close();
        manager.close();
        if (tokenizer != null) {
            tokenizer.close();
        }
    }

    // ---------------------------------------------------------------- weights by name

    /**
     * Checks the weights against the configuration and lists where each lies, five numbers a
     * tensor.
     */
    private long[] index(Weights weights, List<String> files) {
        List<Long> out = new ArrayList<>();
        for (Named tensor : tensors(config)) {
            weights.require(tensor.name, tensor.shape());
            Weights.Located at = weights.get(tensor.name);
            SafeTensors.Entry entry = at.entry();
            Integer type = TORCH_TYPES.get(entry.dtype());
            if (type == null) {
                throw new ModelFormatException(
                        at.file(),
                        tensor.name + " has dtype " + entry.dtype() + ", not a float type");
            }
            if (entry.offset() % entry.dtype().bytes() != 0) {
                throw new ModelFormatException(
                        at.file(),
                        tensor.name
                                + " begins at byte "
                                + entry.offset()
                                + ", not aligned to its type; save the file again with safetensors");
            }
            String file = at.file().toAbsolutePath().toString();
            if (!files.contains(file)) {
                files.add(file);
            }
            out.addAll(
                    List.of(
                            (long) files.indexOf(file),
                            (long) type,
                            entry.offset() / entry.dtype().bytes(),
                            tensor.rows,
                            tensor.columns));
        }
        return out.stream().mapToLong(Long::longValue).toArray();
    }

    private static long bytes(Weights weights) {
        return weights.names().stream().mapToLong(name -> weights.get(name).entry().bytes()).sum();
    }

    /** A tensor of the model; a vector has 0 columns. */
    private record Named(String name, long rows, long columns) {
        long[] shape() {
            return columns == 0 ? new long[] {rows} : new long[] {rows, columns};
        }
    }

    /** All tensors in the tensor program's order. */
    private static List<Named> tensors(ModelConfig c) {
        List<Named> out = new ArrayList<>();
        long hidden = c.hiddenSize();
        long q = (long) c.heads() * c.headDim();
        long kv = (long) c.kvHeads() * c.headDim();
        long inner = c.intermediateSize();
        for (int l = 0; l < c.layers(); l++) {
            String layer = "model.layers." + l + ".";
            out.add(new Named(layer + "input_layernorm.weight", hidden, 0));
            out.add(new Named(layer + "self_attn.q_proj.weight", q, hidden));
            out.add(new Named(layer + "self_attn.k_proj.weight", kv, hidden));
            out.add(new Named(layer + "self_attn.v_proj.weight", kv, hidden));
            out.add(new Named(layer + "self_attn.q_proj.bias", q, 0));
            out.add(new Named(layer + "self_attn.k_proj.bias", kv, 0));
            out.add(new Named(layer + "self_attn.v_proj.bias", kv, 0));
            out.add(new Named(layer + "self_attn.o_proj.weight", hidden, q));
            out.add(new Named(layer + "post_attention_layernorm.weight", hidden, 0));
            out.add(new Named(layer + "mlp.gate_proj.weight", inner, hidden));
            out.add(new Named(layer + "mlp.up_proj.weight", inner, hidden));
            out.add(new Named(layer + "mlp.down_proj.weight", hidden, inner));
        }
        out.add(new Named("model.embed_tokens.weight", c.vocabSize(), hidden));
        out.add(new Named("model.norm.weight", hidden, 0));
        if (!c.tiedEmbeddings()) {
            out.add(new Named("lm_head.weight", c.vocabSize(), hidden));
        }
        return out;
    }

    /**
     * Writes fresh random weights for a directory's config.json: embeddings normal with deviation
     * 0.02, linear layers 1/√in, those that write to the residual stream also divided by
     * √(2·layers), norms one, biases zero.
     */
    public static void initialize(Path directory, long seed) throws IOException {
        ModelConfig config = ModelConfig.read(directory);
        SplittableRandom random = new SplittableRandom(seed);
        List<SafeTensors.Tensor> tensors = new ArrayList<>();
        for (Named tensor : tensors(config)) {
            double deviation = 1 / Math.sqrt(tensor.columns);
            if (tensor.name.contains("embed_tokens") || tensor.name.contains("lm_head")) {
                deviation = 0.02;
            } else if (tensor.name.contains("o_proj") || tensor.name.contains("down_proj")) {
                deviation /= Math.sqrt(2 * config.layers());
            }
            double scale = tensor.columns == 0 ? 0 : deviation;
            float centre = tensor.name.contains("norm") ? 1 : 0;
            float[] values = new float[(int) (tensor.rows * Math.max(1, tensor.columns))];
            for (int i = 0; i < values.length; i++) {
                values[i] = scale == 0 ? centre : (float) (scale * random.nextGaussian());
            }
            tensors.add(
                    SafeTensors.Tensor.of(
                            tensor.name,
                            SafeTensors.DType.ofTorchName(config.dtype()),
                            tensor.shape(),
                            () -> values));
        }
        SafeTensors.write(directory.resolve(Weights.SINGLE), Map.of("format", "pt"), tensors);
    }

    // ---------------------------------------------------------------- saving

    /**
     * Writes a policy of this model as a model directory that transformers loads: an adapter is
     * merged into the weights, in the model's own type. The directory appears whole or not at all.
     *
     * @throws IOException if the directory exists and is not empty, or cannot be written
     */
    public void save(Path target, Policy policy) throws IOException {
        requireNew(target);
        Path parent = target.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path whole = Files.createTempDirectory(parent, "." + target.getFileName() + ".");
        try (NDManager scratch = manager.newSubManager()) {
            NDList merged = policy.mergedWeights();
            merged.attach(scratch);
            AtomicFile.writeString(whole.resolve("config.json"), config.toJson());
            for (String name : TEXT_FILES) {
                if (Files.exists(directory.resolve(name))) {
                    Files.copy(directory.resolve(name), whole.resolve(name));
                }
            }
            SafeTensors.write(
                    whole.resolve("model.safetensors"), Map.of("format", "pt"), unfused(merged));
            whole.toFile().setExecutable(true, false);
            whole.toFile().setReadable(true, false);
            Files.deleteIfExists(target);
            Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            AtomicFile.delete(whole);
        }
    }

    /**
     * Checks that a model can be written to a directory, to say so before hours of training.
     *
     * @throws IOException if the directory exists and is not empty, or is a file
     */
    public static void requireNew(Path target) throws IOException {
        if (Files.isDirectory(target)) {
            try (var content = Files.list(target)) {
                if (content.findAny().isPresent()) {
                    throw new IOException(target + ": is not empty; name a new directory");
                }
            }
        } else if (Files.exists(target)) {
            throw new IOException(target + ": is a file; name a new directory");
        }
    }

    /**
     * The merged list's tensors under their names in a checkpoint; q, k, v and gate, up may stand
     * stacked in it.
     */
    private List<SafeTensors.Tensor> unfused(NDList merged) {
        SafeTensors.DType dtype = SafeTensors.DType.ofTorchName(config.dtype());
        List<SafeTensors.Tensor> out = new ArrayList<>();
        int at = 0;
        long row = 0;
        for (Named tensor : tensors(config)) {
            NDArray from = merged.get(at);
            long begin = row;
            out.add(
                    new SafeTensors.Tensor(
                            tensor.name,
                            dtype,
                            tensor.shape(),
                            stream -> writeRows(stream, dtype, from, tensor, begin)));
            row += tensor.rows;
            if (row == from.getShape().get(0)) {
                at++;
                row = 0;
            }
        }
        return out;
    }

    /** Writes rows of a tensor in pieces, so that no large one is ever a Java array. */
    private void writeRows(
            OutputStream stream, SafeTensors.DType dtype, NDArray from, Named tensor, long begin)
            throws IOException {
        long step = Math.max(1, (1L << 22) / Math.max(1, tensor.columns));
        for (long row = begin; row < begin + tensor.rows; row += step) {
            try (NDManager scratch = manager.newSubManager()) {
                long[] range = {row, Math.min(row + step, begin + tensor.rows)};
                float[] values =
                        program.call(scratch, "give_rows", from, range).get(0).toFloatArray();
                SafeTensors.encode(values, dtype, stream);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }
}
