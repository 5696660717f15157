package org.tina.recipe;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.tina.data.Catalog;
import org.tina.data.Dataset;
import org.tina.data.ModelHub;
import org.tina.data.Names;
import org.tina.data.Problem;
import org.tina.data.ProblemSet;
import org.tina.grpo.AdamW;
import org.tina.grpo.Advantages;
import org.tina.grpo.GrpoConfig;
import org.tina.grpo.GrpoTrainer;
import org.tina.grpo.LearningRate;
import org.tina.grpo.LossType;
import org.tina.lora.LoraAdapter;
import org.tina.lora.LoraConfig;
import org.tina.lora.LoraTarget;
import org.tina.model.CausalLM;
import org.tina.model.ChatTemplate;
import org.tina.model.ModelConfig;
import org.tina.model.Policy;
import org.tina.reward.CosineReward;
import org.tina.reward.RandomReward;
import org.tina.reward.RepetitionPenalty;
import org.tina.reward.Reward;
import org.tina.reward.TargetLengthReward;
import org.tina.reward.TargetLengths;
import org.tina.reward.WeightedReward;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * An experiment: model, problems, rewards, adapter and GRPO's settings under TRL's and Tina's keys.
 * Immutable and checked as a whole when made. {@link #with} changes one, {@link #start} runs it.
 */
public final class Recipe {

    /** Owners of models that files name without one. */
    private static final Map<String, String> OWNERS =
            Map.of("DeepSeek-", "deepseek-ai", "Qwen", "Qwen");

    private static final String BASE_MODEL = "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B";

    private final String name;
    private final RecipeFile file;
    private final Map<Key, Object> values;
    private final List<WeightedReward> ownRewards;
    private final ProblemSet ownProblems;

    /** Null until the problems are counted, if they decide on the steps. */
    private volatile GrpoConfig grpo;

    private Recipe(
            String name,
            RecipeFile file,
            Map<Key, Object> values,
            List<WeightedReward> ownRewards,
            ProblemSet ownProblems) {
        this.name = name;
        this.file = file;
        this.values = values;
        this.ownRewards = ownRewards;
        this.ownProblems = ownProblems;
        check();
    }

    /** Everything that can be known without the model and the problems. */
    private void check() {
        require(integer(Key.NUM_PROCESSES) >= 1, Key.NUM_PROCESSES);
        if (byEpochs()) {
            makeGrpo(1);
        } else {
            grpo = makeGrpo(integer(Key.MAX_STEPS));
        }
        rewards();
        if (lora()) {
            loraConfig();
        }
        checkConfig();
        double epochs = number(Key.NUM_TRAIN_EPOCHS);
        require(epochs > 0 && Double.isFinite(epochs), Key.NUM_TRAIN_EPOCHS);
        require(integer(Key.STOP_AFTER_STEPS) >= 0, Key.STOP_AFTER_STEPS);
        require(integer(Key.SAVE_STEPS) >= 1, Key.SAVE_STEPS);
        require(integer(Key.MAX_TRAIN_SAMPLES) >= 0, Key.MAX_TRAIN_SAMPLES);
    }

    /** A data set's configuration is the catalog's: it decides on files and columns. */
    private void checkConfig() {
        String wanted = text(Key.MODEL_POST_TRAIN_DATASET_CONFIG);
        String known = Catalog.find(dataset()).map(Dataset::config).orElse("");
        if (!wanted.isEmpty() && !wanted.equals(known)) {
            throw new IllegalArgumentException(
                    "%s is %s, %s of %s is known; other files can be named as dataset themselves"
                            .formatted(
                                    Key.MODEL_POST_TRAIN_DATASET_CONFIG.key(),
                                    wanted,
                                    known.isEmpty() ? "none" : "only " + known,
                                    dataset()));
        }
    }

    private void require(boolean holds, Key key) {
        if (!holds) {
            throw new IllegalArgumentException(
                    key.key() + " is " + value(key) + ", must be " + key.allowed);
        }
    }

    /** The recipes that ship with the library. */
    public static List<String> names() {
        return RecipeFile.names();
    }

    /**
     * A recipe that ships with the library: {@code mini} trains the embedded miniature, {@code
     * open_rs2} and so on are the paper's runs, {@code mini/open_rs2} and so on mirror them for the
     * miniature.
     */
    public static Recipe named(String name) {
        return of(RecipeFile.named(name));
    }

    /**
     * Reads a YAML file with TRL's and Tina's keys. Its key {@code base}, if there, names a recipe
     * of the library or another file, which has the settings that this one leaves out.
     *
     * @param own rewards made in code, in place of the file's; none for those of the file
     * @throws IllegalArgumentException naming file, key, value and what is allowed
     */
    public static Recipe load(Path file, WeightedReward... own) {
        RecipeFile read = RecipeFile.load(file);
        try {
            List<WeightedReward> rewards = own.length == 0 ? null : List.of(own);
            return new Recipe(read.name(), read, read.values(), rewards, null);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** The recipe that the usable keys of a file make. */
    static Recipe of(RecipeFile file) {
        return new Recipe(file.name(), file, file.usable(), null, null);
    }

    /** Changes settings: {@code recipe.with(r -> r.learningRate(3e-4).maxSteps(40))}. */
    public Recipe with(UnaryOperator<Changes> changes) {
        Changes changed = changes.apply(new Changes(this));
        return new Recipe(changed.name, file, changed.values, changed.rewards, changed.problems);
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
            Key known = Key.named(key).orElseThrow(() -> RecipeFile.unknown(key));
            values.put(known, known.parse(value));
            return this;
        }

        /** Any key and its value as the text of a YAML file; a text's value needs no quotes. */
        public Changes setYaml(String key, String value) {
            boolean isText = Key.named(key).filter(k -> k.fallback instanceof String).isPresent();
            try {
                return set(key, isText ? value : RecipeFile.yaml(value));
            } catch (IllegalArgumentException e) {
                boolean named = e.getMessage().contains(key);
                String says = key + " is " + value + ", " + e.getMessage();
                throw named ? e : new IllegalArgumentException(says, e);
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

    /** One line on what the recipe is for; empty if its file doesn't say. */
    public String summary() {
        return file.summary();
    }

    /** What the recipe builds upon; empty if nothing. */
    public String base() {
        return file.base() == null ? "" : file.base().name();
    }

    /**
     * A model directory, {@code mini} or a Hugging Face id. Tina's files leave out the owner of a
     * well-known model.
     */
    public String model() {
        String model = text(Key.MODEL_NAME_OR_PATH);
        boolean isWhole = model.contains("/") || new File(model).exists();
        return OWNERS.keySet().stream()
                .filter(start -> !isWhole && model.startsWith(start))
                .findFirst()
                .map(start -> OWNERS.get(start) + "/" + model)
                .orElse(model);
    }

    /**
     * What the problems are called: a set of the library, a Hugging Face id, a file or a folder.
     */
    public String dataset() {
        return ownProblems == null ? text(Key.MODEL_POST_TRAIN_DATASET_NAME) : ownProblems.name();
    }

    /** The problems to train on. */
    public ProblemSet problems() {
        if (ownProblems != null) {
            return ownProblems;
        }
        String dataset = dataset();
        try {
            ProblemSet all = ProblemSet.find(dataset, isOn(Key.SKIP_UNUSABLE_ROWS));
            int most = integer(Key.MAX_TRAIN_SAMPLES);
            return most == 0 ? all : all.take(most);
        } catch (IllegalArgumentException e) {
            String key = Key.MODEL_POST_TRAIN_DATASET_NAME.key();
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }

    /**
     * How many problems there are: those at hand, or as many as the catalog of data sets says; else
     * they are loaded and counted.
     */
    private int problemCount() {
        Optional<Dataset> listed = Catalog.find(dataset());
        if (ownProblems != null || listed.isEmpty() || listed.get().rows() == 0) {
            return problems().size();
        }
        int most = integer(Key.MAX_TRAIN_SAMPLES);
        return most == 0 ? listed.get().rows() : Math.min(most, listed.get().rows());
    }

    /** The rewards and their weights. */
    public List<WeightedReward> rewards() {
        List<WeightedReward> rewards = ownRewards == null ? namedRewards() : ownRewards;
        String errors = text(Key.REWARD_ERRORS);
        return switch (errors) {
            case "stop" -> rewards;
            case "no_value" -> rewards.stream().map(WeightedReward::orNoValue).toList();
            default -> throw Names.unknown("reward_errors", errors, Key.REWARD_ERRORS.choices());
        };
    }

    /**
     * The same rewards with other weights.
     *
     * @param value a list of numbers, one a reward
     */
    Recipe withWeights(Object value) {
        List<?> weights = (List<?>) Key.RL_POST_TRAIN_REWARD_WEIGHTS.parse(value);
        List<WeightedReward> rewards = rewards();
        checkWeights(weights.size(), rewards.size());
        WeightedReward[] out = new WeightedReward[rewards.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = rewards.get(i).withWeight((Double) weights.get(i));
        }
        return with(r -> r.rewards(out));
    }

    private static void checkWeights(int weights, int rewards) {
        if (weights != rewards) {
            throw new IllegalArgumentException(
                    "rl_post_train_reward_weights has "
                            + weights
                            + " weights, rl_post_train_reward_funcs has "
                            + rewards
                            + " rewards");
        }
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
        checkWeights(weights.size(), names.size());
        // made even if not asked for, so that their settings are checked
        Map<String, Reward> withSettings =
                Map.of(
                        "cosine", cosine(),
                        "repetition_penalty", repetitionPenalty(),
                        "random", new RandomReward(integer(Key.SEED)),
                        "length_l1_exact", targetLength(TargetLengthReward.Kind.EXACT),
                        "length_l1_max", targetLength(TargetLengthReward.Kind.MAX));
        List<WeightedReward> out = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String reward = (String) names.get(i);
            Reward function = withSettings.get(reward);
            out.add(
                    new WeightedReward(
                            reward,
                            (Double) weights.get(i),
                            function == null ? inTheLibrary(reward) : function));
        }
        return out;
    }

    private static Reward inTheLibrary(String reward) {
        try {
            return Reward.named(reward);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage()
                            + ". A reward made in code is in no file: give it again with"
                            + " Recipe.load(file, reward)",
                    e);
        }
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

    private TargetLengthReward targetLength(TargetLengthReward.Kind kind) {
        double alpha = number(Key.TARGET_LENGTH_ALPHA);
        require(alpha >= 0 && Double.isFinite(alpha), Key.TARGET_LENGTH_ALPHA);
        TargetLengths asked = targetLengths();
        return new TargetLengthReward(
                kind, alpha, asked == null ? TargetLengthReward::asked : asked::of);
    }

    /** The lengths that the prompts ask for; null if they ask for none. */
    private TargetLengths targetLengths() {
        int max = integer(Key.MAX_TARGET_LENGTH);
        int min = integer(Key.MIN_TARGET_LENGTH);
        return min == 0 && max == 0 ? null : new TargetLengths(integer(Key.SEED), min, max);
    }

    /** Whether an adapter is trained; else all parameters are. */
    public boolean lora() {
        return isOn(Key.USE_PEFT);
    }

    /** The adapter's shape. */
    public LoraConfig loraConfig() {
        List<String> targets =
                ((List<?>) value(Key.LORA_TARGET_MODULES)).stream().map(String::valueOf).toList();
        return LoraConfig.tina()
                .withRank(integer(Key.LORA_R))
                .withAlpha(number(Key.LORA_ALPHA))
                .withDropout(number(Key.LORA_DROPOUT))
                .withRsLora(isOn(Key.USE_RSLORA))
                .withTargets(targets);
    }

    /** Problems a step. */
    public int promptsPerStep() {
        return makeGrpo(1).promptsPerStep();
    }

    /**
     * GRPO's settings. If epochs decide on the steps, the problems are counted by the catalog of
     * data sets or, where it doesn't know them, loaded; a run counts the problems that it has.
     */
    public GrpoConfig grpo() {
        if (grpo == null) {
            grpo = makeGrpo(stepsFor(problemCount()));
        }
        return grpo;
    }

    /** Steps to run; see {@link #grpo} for those of epochs. */
    public int steps() {
        int stop = integer(Key.STOP_AFTER_STEPS);
        return stop == 0 ? grpo().scheduleSteps() : stop;
    }

    /** Whether {@code num_train_epochs} decides on the steps, and not {@code max_steps}. */
    public boolean byEpochs() {
        return integer(Key.MAX_STEPS) == -1;
    }

    /** Passes over the problems, a fraction allowed; counts if {@link #byEpochs}. */
    public double epochs() {
        return number(Key.NUM_TRAIN_EPOCHS);
    }

    /**
     * The steps of the schedule for so many problems: epochs × problems / problems a step, rounded
     * up.
     */
    public int stepsFor(int problems) {
        double steps = epochs() * problems / promptsPerStep();
        return byEpochs() ? Math.max(1, (int) Math.ceil(steps)) : integer(Key.MAX_STEPS);
    }

    /** This recipe with its steps as a number. */
    Recipe withStepsFor(ProblemSet problems) {
        return byEpochs() ? with(r -> r.maxSteps(stepsFor(problems.size()))) : this;
    }

    /**
     * Those of a recipe's settings that decide on what is learned, and so whether two runs are the
     * same: not when to save, what to keep and where to report. A key that is missing, as a recipe
     * of an older version misses newer ones, has its default.
     *
     * @param settings as of {@link #settings}, or as a log kept them
     * @return key → value, by key
     */
    public static Map<String, Object> decisive(Map<String, Object> settings) {
        Map<String, Object> decisive = new TreeMap<>(settings);
        for (Key key : Key.values()) {
            decisive.putIfAbsent(key.key(), key.fallback);
        }
        decisive.remove(Key.SAVE_STEPS.key());
        decisive.remove(Key.REPORT_TO.key());
        decisive.remove(Key.LOG_COMPLETIONS.key());
        return decisive;
    }

    /** Checks that a run's record says the same as this recipe. */
    void requireSame(Path written) {
        Map<String, Object> there = decisive(RecipeFile.load(written).named());
        decisive(settings())
                .forEach(
                        (key, value) -> {
                            if (!Objects.equals(value, there.get(key))) {
                                throw new IllegalArgumentException(
                                        "%s: is of a run with %s %s, the recipe says %s"
                                                .formatted(written, key, there.get(key), value));
                            }
                        });
    }

    /** Steps from one checkpoint to the next. */
    public int saveSteps() {
        return integer(Key.SAVE_STEPS);
    }

    /** Whether a run keeps its completions. */
    public boolean logCompletions() {
        return isOn(Key.LOG_COMPLETIONS);
    }

    /** Whether a run also writes an event file for TensorBoard. */
    boolean writesEventFile() {
        return ((List<?>) value(Key.REPORT_TO)).contains("tensorboard");
    }

    /** Put before every problem; null for none. */
    public String systemPrompt() {
        String prompt = text(Key.SYSTEM_PROMPT);
        return prompt.isEmpty() ? null : prompt;
    }

    /**
     * How a problem becomes a prompt: the recipe's chat template, or else the model's, with the
     * system prompt and, where the recipe has target lengths, the length to think for.
     *
     * @return from a problem to the prompt's text, special tokens written out
     */
    public Function<Problem, String> prompts(CausalLM model) {
        String own = text(Key.CHAT_TEMPLATE);
        ChatTemplate template =
                own.isEmpty() ? model.chatTemplate() : model.chatTemplate().with(own);
        TargetLengths lengths = targetLengths();
        String system = text(Key.SYSTEM_PROMPT);
        return problem -> {
            String asked = lengths == null ? "" : "\n" + lengths.sentence(problem);
            return template.prompt((system + asked).strip(), problem.problem());
        };
    }

    /** Keys of the file that mean nothing here, such as vLLM's. */
    public List<String> ignored() {
        return file.ignored();
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
        out.put(Key.MODEL_POST_TRAIN_DATASET_NAME.key(), dataset());
        return out;
    }

    /** All settings with what they mean and allow, in the order of {@link #settings}. */
    public List<Setting> explained() {
        Map<String, Object> settings = settings();
        return Arrays.stream(Key.values())
                .map(key -> Setting.of(key, settings.get(key.key()), isInCode(key)))
                .toList();
    }

    private boolean isInCode(Key key) {
        return switch (key) {
            case RL_POST_TRAIN_REWARD_FUNCS, RL_POST_TRAIN_REWARD_WEIGHTS -> ownRewards != null;
            case MODEL_POST_TRAIN_DATASET_NAME,
                    MODEL_POST_TRAIN_DATASET_CONFIG,
                    MAX_TRAIN_SAMPLES ->
                    ownProblems != null;
            default -> false;
        };
    }

    /** The settings as a table: key, value, default where it is another, meaning. */
    public Table table() {
        Map<String, Object> settings = settings();
        StringColumn keys = StringColumn.create("key");
        StringColumn values = StringColumn.create("value");
        StringColumn defaults = StringColumn.create("default");
        StringColumn meanings = StringColumn.create("meaning");
        for (Key key : Key.values()) {
            Object value = settings.get(key.key());
            keys.append(key.key());
            values.append(RecipeFile.shown(value));
            defaults.append(value.equals(key.fallback) ? "" : RecipeFile.shown(key.fallback));
            meanings.append(
                    key.allowed.isEmpty() ? key.meaning : key.meaning + " (" + key.allowed + ")");
        }
        return Table.create("recipe " + name, keys, values, defaults, meanings);
    }

    /** What this recipe sets otherwise than another, key by key; no rows if nothing. */
    public Table differencesFrom(Recipe other) {
        Map<String, Object> theirs = other.settings();
        StringColumn keys = StringColumn.create("key");
        StringColumn here = StringColumn.create(name);
        StringColumn there =
                StringColumn.create(other.name.equals(name) ? name + " (other)" : other.name);
        settings()
                .forEach(
                        (key, value) -> {
                            if (!value.equals(theirs.get(key))) {
                                keys.append(key);
                                here.append(RecipeFile.shown(value));
                                there.append(RecipeFile.shown(theirs.get(key)));
                            }
                        });
        return Table.create(name + " from " + other.name, keys, here, there);
    }

    /**
     * All settings as YAML, each with its meaning. {@link #load} reads them back, but rewards made
     * in code must be given to it again.
     */
    public String toYaml() {
        Map<String, Object> settings = settings();
        return Arrays.stream(Key.values())
                .map(key -> RecipeFile.line(key, settings.get(key.key())))
                .collect(Collectors.joining());
    }

    @Override
    public String toString() {
        return "Recipe " + name + "\n" + toYaml();
    }

    private GrpoConfig makeGrpo(int scheduleSteps) {
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
                integer(Key.GRADIENT_ACCUMULATION_STEPS) * integer(Key.NUM_PROCESSES),
                integer(Key.NUM_ITERATIONS),
                scheduleSteps,
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
                isOn(Key.MASK_TRUNCATED_COMPLETIONS),
                isOn(Key.TEMPERATURE_IN_LOSS),
                new AdamW.Settings(
                        number(Key.ADAM_BETA1),
                        number(Key.ADAM_BETA2),
                        number(Key.ADAM_EPSILON),
                        number(Key.WEIGHT_DECAY),
                        number(Key.MAX_GRAD_NORM)),
                isOn(Key.GRADIENT_CHECKPOINTING),
                integer(Key.TOKENS_PER_MICRO_BATCH),
                integer(Key.SEED));
    }

    private Object value(Key key) {
        return values.getOrDefault(key, key.fallback);
    }

    private boolean isOn(Key key) {
        return (Boolean) value(key);
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
        return lora()
                ? LoraAdapter.inject(model, loraConfig(), integer(Key.SEED))
                : Policy.full(model);
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
        return Run.start(describing(policy), policy, directory);
    }

    /**
     * What trains a policy by this recipe, without a directory and a log; close it before the
     * policy.
     */
    public GrpoTrainer trainer(Policy policy) {
        return trainer(policy, problems());
    }

    GrpoTrainer trainer(Policy policy, ProblemSet problems) {
        return new GrpoTrainer(policy, problems, rewards(), grpo(), prompts(policy.model()));
    }

    /**
     * The run in a directory, from its newest checkpoint on, as if it had never stopped; the policy
     * takes that checkpoint's parameters. What was logged after the checkpoint is run again. A run
     * that was stopped before its first checkpoint starts anew.
     *
     * @throws IllegalArgumentException if the directory has no run, or one of another recipe
     */
    public Run resume(Policy policy, Path directory) throws IOException {
        return Run.resume(describing(policy), policy, directory);
    }
}
