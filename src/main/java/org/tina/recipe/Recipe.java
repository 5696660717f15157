package org.tina.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.tina.data.FileTrouble;
import org.tina.data.ModelHub;
import org.tina.data.Names;
import org.tina.data.ProblemSet;
import org.tina.grpo.AdamW;
import org.tina.grpo.Advantages;
import org.tina.grpo.GrpoConfig;
import org.tina.grpo.LearningRate;
import org.tina.grpo.LossType;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;
import org.tina.lora.LoraTarget;
import org.tina.model.CausalLM;
import org.tina.model.ModelConfig;
import org.tina.model.Policy;
import org.tina.reward.CosineReward;
import org.tina.reward.RepetitionPenalty;
import org.tina.reward.Reward;
import org.tina.reward.WeightedReward;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * An experiment: model, problems, rewards, adapter and GRPO's settings under TRL's and Tina's keys.
 * Immutable and checked as a whole when made. {@link #with} changes one, {@link #start} runs it.
 */
public final class Recipe {

    private static final List<String> NAMED = List.of("mini");

    private static final String BASE_MODEL = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";

    private final String name;
    private final Map<Key, Object> values;
    private final List<String> ignored;
    private final List<WeightedReward> ownRewards;
    private final ProblemSet ownProblems;
    private final GrpoConfig grpo;

    private Recipe(
            String name,
            Map<Key, Object> values,
            List<String> ignored,
            List<WeightedReward> ownRewards,
            ProblemSet ownProblems) {
        this.name = name;
        this.values = values;
        this.ignored = List.copyOf(ignored);
        this.ownRewards = ownRewards;
        this.ownProblems = ownProblems;
        this.grpo = makeGrpo();
        rewards();
        if (lora()) {
            loraConfig();
        }
        if (steps() < 1) {
            throw new IllegalArgumentException(
                    "stop_after_steps is " + steps() + ", must be at least 0");
        }
        if (integer(Key.SAVE_STEPS) < 1) {
            throw new IllegalArgumentException(
                    "save_steps is " + integer(Key.SAVE_STEPS) + ", must be at least 1");
        }
    }

    /** The recipes that ship with the library. */
    public static List<String> names() {
        return NAMED;
    }

    /** A recipe that ships with the library; {@code mini} trains the embedded miniature. */
    public static Recipe named(String name) {
        if (!NAMED.contains(name)) {
            throw Names.unknown("recipe", name, NAMED);
        }
        try (InputStream in = Recipe.class.getResourceAsStream(name + ".yaml")) {
            return parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a YAML file with TRL's and Tina's keys.
     *
     * @throws IllegalArgumentException naming file, key, value and what is allowed
     */
    public static Recipe load(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": " + FileTrouble.reason(e), e);
        }
        try {
            return parse(file.getFileName().toString().replaceFirst("\\.ya?ml$", ""), text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static Recipe parse(String name, String text) {
        Object root;
        try {
            root = yaml(text);
        } catch (YAMLException e) {
            throw new IllegalArgumentException("not YAML: " + e.getMessage(), e);
        }
        if (!(root instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("must be a mapping of keys to values");
        }
        Map<Key, Object> values = new EnumMap<>(Key.class);
        List<String> ignored = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String written = String.valueOf(entry.getKey());
            String key = Key.ALIASES.getOrDefault(written, written);
            if (Key.names().contains(key)) {
                Key known = Key.valueOf(key.toUpperCase(Locale.ROOT));
                values.put(known, known.parse(entry.getValue()));
            } else if (Key.isIgnored(key)) {
                ignored.add(key);
            } else {
                throw Names.unknown("key", key, Key.names());
            }
        }
        return new Recipe(name, values, ignored, null, null);
    }

    private static Object yaml(String text) {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    }

    /** Changes settings: {@code recipe.with(r -> r.learningRate(3e-4).maxSteps(40))}. */
    public Recipe with(UnaryOperator<Changes> changes) {
        Changes changed = changes.apply(new Changes(this));
        return new Recipe(changed.name, changed.values, ignored, changed.rewards, changed.problems);
    }

    /** Settings to change, under the recipe's keys in camel case. */
    public static final class Changes {
        private final Map<Key, Object> values = new EnumMap<>(Key.class);
        private String name;
        private List<WeightedReward> rewards;
        private ProblemSet problems;

        private Changes(Recipe recipe) {
            values.putAll(recipe.values);
            name = recipe.name;
            rewards = recipe.ownRewards;
            problems = recipe.ownProblems;
        }

        /** Any key by its name in YAML. */
        public Changes set(String key, Object value) {
            if (!Key.names().contains(key)) {
                throw Names.unknown("key", key, Key.names());
            }
            Key known = Key.valueOf(key.toUpperCase(Locale.ROOT));
            values.put(known, known.parse(value));
            return this;
        }

        /** Any key and its value as the text of a YAML file; a text's value needs no quotes. */
        public Changes setYaml(String key, String value) {
            boolean isText =
                    Key.names().contains(key)
                            && Key.valueOf(key.toUpperCase(Locale.ROOT)).fallback instanceof String;
            try {
                return set(key, isText ? value : yaml(value));
            } catch (YAMLException e) {
                throw new IllegalArgumentException(
                        key + " is " + value + ", not YAML: " + e.getMessage(), e);
            }
        }

        /** What the run's directory is called. */
        public Changes name(String name) {
            this.name = name;
            return this;
        }

        public Changes model(String idOrPath) {
            return set("model_name_or_path", idOrPath);
        }

        public Changes dataset(String name) {
            return set("model_post_train_dataset_name", name);
        }

        /** Problems that are already in memory. */
        public Changes problems(ProblemSet problems) {
            this.problems = problems;
            return this;
        }

        /** Rewards of one's own, or mixed with {@link WeightedReward#named}. */
        public Changes rewards(WeightedReward... rewards) {
            this.rewards = List.of(rewards);
            return this;
        }

        public Changes learningRate(double value) {
            return set("learning_rate", value);
        }

        public Changes maxSteps(int value) {
            return set("max_steps", value);
        }

        public Changes loraR(int value) {
            return set("lora_r", value);
        }

        public Changes loraAlpha(double value) {
            return set("lora_alpha", value);
        }

        public Changes beta(double value) {
            return set("beta", value);
        }

        public Changes temperature(double value) {
            return set("temperature", value);
        }

        public Changes numGenerations(int value) {
            return set("num_generations", value);
        }

        public Changes lossType(String value) {
            return set("loss_type", value);
        }

        public Changes scaleRewards(String value) {
            return set("scale_rewards", value);
        }

        public Changes seed(int value) {
            return set("seed", value);
        }
    }

    // ---------------------------------------------------------------- what it says

    public String name() {
        return name;
    }

    /** A model directory, {@code mini} or a Hugging Face id. */
    public String model() {
        return text(Key.MODEL_NAME_OR_PATH);
    }

    /** The problems to train on. */
    public ProblemSet problems() {
        if (ownProblems != null) {
            return ownProblems;
        }
        String dataset = text(Key.MODEL_POST_TRAIN_DATASET_NAME);
        try {
            return ProblemSet.find(dataset, false);
        } catch (IllegalArgumentException e) {
            String key = Key.MODEL_POST_TRAIN_DATASET_NAME.key();
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }

    /** The rewards and their weights. */
    public List<WeightedReward> rewards() {
        List<WeightedReward> rewards = ownRewards == null ? namedRewards() : ownRewards;
        String errors = text(Key.REWARD_ERRORS);
        return switch (errors) {
            case "stop" -> rewards;
            case "no_value" -> rewards.stream().map(WeightedReward::orNoValue).toList();
            default -> throw Names.unknown("reward_errors", errors, List.of("stop", "no_value"));
        };
    }

    private List<WeightedReward> namedRewards() {
        List<?> names = (List<?>) value(Key.RL_POST_TRAIN_REWARD_FUNCS);
        // as in TRL, rewards that come without weights count the same
        List<?> weights =
                values.containsKey(Key.RL_POST_TRAIN_REWARD_FUNCS)
                        ? (List<?>)
                                values.getOrDefault(
                                        Key.RL_POST_TRAIN_REWARD_WEIGHTS,
                                        Collections.nCopies(names.size(), 1.0))
                        : (List<?>) value(Key.RL_POST_TRAIN_REWARD_WEIGHTS);
        if (names.size() != weights.size()) {
            throw new IllegalArgumentException(
                    "rl_post_train_reward_weights has "
                            + weights.size()
                            + " weights, rl_post_train_reward_funcs has "
                            + names.size()
                            + " rewards");
        }
        // made even if not asked for, so that their settings are checked
        Map<String, Reward> withSettings =
                Map.of("cosine", cosine(), "repetition_penalty", repetitionPenalty());
        List<WeightedReward> out = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String reward = (String) names.get(i);
            Reward function = withSettings.get(reward);
            out.add(
                    new WeightedReward(
                            reward,
                            (Double) weights.get(i),
                            function == null ? Reward.named(reward) : function));
        }
        return out;
    }

    private CosineReward cosine() {
        return new CosineReward(
                number(Key.COSINE_MIN_VALUE_WRONG),
                number(Key.COSINE_MAX_VALUE_WRONG),
                number(Key.COSINE_MIN_VALUE_CORRECT),
                number(Key.COSINE_MAX_VALUE_CORRECT),
                integer(Key.COSINE_MAX_LEN));
    }

    private RepetitionPenalty repetitionPenalty() {
        return new RepetitionPenalty(
                integer(Key.REPETITION_N_GRAMS), number(Key.REPETITION_MAX_PENALTY));
    }

    /** Whether an adapter is trained; else all parameters are. */
    public boolean lora() {
        return (Boolean) value(Key.USE_PEFT);
    }

    /** The adapter's shape. */
    public LoraConfig loraConfig() {
        List<String> targets =
                ((List<?>) value(Key.LORA_TARGET_MODULES)).stream().map(String::valueOf).toList();
        return LoraConfig.tina()
                .withRank(integer(Key.LORA_R))
                .withAlpha(number(Key.LORA_ALPHA))
                .withDropout(number(Key.LORA_DROPOUT))
                .withRsLora((Boolean) value(Key.USE_RSLORA))
                .withTargets(targets);
    }

    /** GRPO's settings. */
    public GrpoConfig grpo() {
        return grpo;
    }

    /** Steps to run. */
    public int steps() {
        int stop = integer(Key.STOP_AFTER_STEPS);
        return stop == 0 ? integer(Key.MAX_STEPS) : stop;
    }

    /** Steps from one checkpoint to the next. */
    public int saveSteps() {
        return integer(Key.SAVE_STEPS);
    }

    /** Put before every problem; null for none. */
    public String systemPrompt() {
        String prompt = text(Key.SYSTEM_PROMPT);
        return prompt.isEmpty() ? null : prompt;
    }

    /** Keys of the file that mean nothing here, such as vLLM's. */
    public List<String> ignored() {
        return ignored;
    }

    /** All settings by their keys, defaults included; rewards and problems of one's own by name. */
    public Map<String, Object> settings() {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Key key : Key.values()) {
            out.put(key.key(), value(key));
        }
        List<WeightedReward> rewards = rewards();
        out.put(
                Key.RL_POST_TRAIN_REWARD_FUNCS.key(),
                rewards.stream().map(WeightedReward::name).toList());
        out.put(
                Key.RL_POST_TRAIN_REWARD_WEIGHTS.key(),
                rewards.stream().map(WeightedReward::weight).toList());
        if (ownProblems != null) {
            out.put(Key.MODEL_POST_TRAIN_DATASET_NAME.key(), ownProblems.name());
        }
        return out;
    }

    /** The settings as YAML; {@link #load} reads them back, but for rewards of one's own. */
    public String toYaml() {
        return new Yaml().dumpAsMap(settings());
    }

    @Override
    public String toString() {
        return "Recipe " + name + "\n" + toYaml();
    }

    private GrpoConfig makeGrpo() {
        Map<?, ?> kwargs = (Map<?, ?>) value(Key.LR_SCHEDULER_KWARGS);
        kwargs.keySet().stream()
                .filter(key -> !key.equals("min_lr_rate"))
                .findFirst()
                .ifPresent(
                        key -> {
                            throw Names.unknown(
                                    "key of lr_scheduler_kwargs",
                                    String.valueOf(key),
                                    List.of("min_lr_rate"));
                        });
        double epsilonHigh = number(Key.EPSILON_HIGH);
        return new GrpoConfig(
                integer(Key.NUM_GENERATIONS),
                integer(Key.PER_DEVICE_TRAIN_BATCH_SIZE),
                integer(Key.GRADIENT_ACCUMULATION_STEPS),
                integer(Key.NUM_ITERATIONS),
                integer(Key.MAX_STEPS),
                number(Key.LEARNING_RATE),
                LearningRate.named(text(Key.LR_SCHEDULER_TYPE)),
                number(Key.WARMUP_RATIO),
                kwargs.containsKey("min_lr_rate") ? (Double) kwargs.get("min_lr_rate") : 0,
                number(Key.TEMPERATURE),
                number(Key.TOP_P),
                integer(Key.TOP_K),
                number(Key.MIN_P),
                integer(Key.MAX_PROMPT_LENGTH),
                integer(Key.MAX_COMPLETION_LENGTH),
                number(Key.BETA),
                LossType.named(text(Key.LOSS_TYPE)),
                Advantages.named(text(Key.SCALE_REWARDS)),
                number(Key.EPSILON),
                epsilonHigh == 0 ? number(Key.EPSILON) : epsilonHigh,
                number(Key.DELTA),
                (Boolean) value(Key.MASK_TRUNCATED_COMPLETIONS),
                (Boolean) value(Key.TEMPERATURE_IN_LOSS),
                new AdamW.Settings(
                        number(Key.ADAM_BETA1),
                        number(Key.ADAM_BETA2),
                        number(Key.ADAM_EPSILON),
                        number(Key.WEIGHT_DECAY),
                        number(Key.MAX_GRAD_NORM)),
                (Boolean) value(Key.GRADIENT_CHECKPOINTING),
                integer(Key.TOKENS_PER_MICRO_BATCH),
                integer(Key.SEED));
    }

    private Object value(Key key) {
        return values.getOrDefault(key, key.fallback);
    }

    private int integer(Key key) {
        return (Integer) value(key);
    }

    private double number(Key key) {
        return (Double) value(key);
    }

    private String text(Key key) {
        return (String) value(key);
    }

    // ---------------------------------------------------------------- at work

    /** Loads the recipe's model. */
    public CausalLM loadModel() {
        return CausalLM.load(ModelHub.get(model()));
    }

    /**
     * The shape of the recipe's model, without its weights; that of Tina's base model is known even
     * where it was never downloaded.
     */
    public ModelConfig modelConfig() {
        return model().replaceFirst("@.*", "").equals(BASE_MODEL)
                ? ModelConfig.tina()
                : ModelConfig.read(ModelHub.get(model(), List.of("config.json")));
    }

    /** What a run would take on this machine's processor. */
    public Estimate estimate() {
        return estimate(Machine.here());
    }

    /** What a run would take on another machine, such as {@link Machine#l40s}. */
    public Estimate estimate(Machine machine) {
        return Estimate.of(this, modelConfig(), machine);
    }

    /** What the recipe trains of a model: a new adapter, or everything. */
    public Policy policy(CausalLM model) {
        return lora() ? LoraAdapter.inject(model, loraConfig(), grpo.seed()) : Policy.full(model);
    }

    /** A run of this recipe in a {@link #newDirectory}. */
    public Run start(Policy policy) throws IOException {
        return start(policy, newDirectory());
    }

    /** {@code runs/<name>}, or {@code runs/<name>-2} and so on: the first that holds no run. */
    public Path newDirectory() {
        Path directory = Path.of("runs", name);
        for (int i = 2; Files.exists(directory.resolve(Run.METRICS)); i++) {
            directory = Path.of("runs", name + "-" + i);
        }
        return directory;
    }

    /** This recipe with the shape of what is really trained, so that the run's record is true. */
    private Recipe describing(Policy policy) {
        if (!(policy instanceof LoraAdapter adapter)) {
            return with(r -> r.set(Key.USE_PEFT.key(), false));
        }
        LoraConfig config = adapter.config();
        return with(
                r ->
                        r.set(Key.USE_PEFT.key(), true)
                                .loraR(config.rank())
                                .loraAlpha(config.alpha())
                                .set(Key.LORA_DROPOUT.key(), config.dropout())
                                .set(Key.USE_RSLORA.key(), config.rsLora())
                                .set(
                                        Key.LORA_TARGET_MODULES.key(),
                                        config.targets().stream().map(LoraTarget::key).toList()));
    }

    /** A run of this recipe in a directory that has no other run. */
    public Run start(Policy policy, Path directory) throws IOException {
        return new Run(describing(policy), policy, directory);
    }
}
