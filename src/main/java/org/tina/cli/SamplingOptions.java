package org.tina.cli;

import org.tina.generate.SamplingParams;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How completions are drawn; what is not given stays as the command's defaults have it. */
final class SamplingOptions {

    @ArgGroup private Heat heat = new Heat();

    private static final class Heat {
        @Option(
                names = "--temperature",
                paramLabel = "T",
                description = "0 or more; 0 takes the most likely token.")
        private Double temperature;

        @Option(names = "--greedy", description = "The same as --temperature 0.")
        private boolean greedy;
    }

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "In (0, 1]: keep the likeliest tokens whose probabilities reach it.")
    private Double topP;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Keep the K likeliest tokens; 0 keeps all.")
    private Integer topK;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "In [0, 1]: keep tokens this fraction as likely as the likeliest.")
    private Double minP;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "The longest completion (default: what the model can take, up to 32768).")
    private Integer maxNewTokens;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed gives the same text (default: 42).")
    private Long seed;

    /** The defaults with the given options in their place. */
    SamplingParams over(SamplingParams defaults) {
        SamplingParams params = defaults;
        if (heat.greedy || heat.temperature != null) {
            params = params.withTemperature(heat.greedy ? 0 : heat.temperature);
        }
        params = topP == null ? params : params.withTopP(topP);
        params = topK == null ? params : params.withTopK(topK);
        params = minP == null ? params : params.withMinP(minP);
        params = maxNewTokens == null ? params : params.withMaxNewTokens(maxNewTokens);
        return seed == null ? params : params.withSeed(seed);
    }
}
