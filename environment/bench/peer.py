"""The peer: what Tina for Java's benchmark runs beside it, in Python, as the libraries' documentation says.

Speaks JSON lines, like org.tina.bench.Worker: a first line with versions, then for each request, a line on standard
input, an answer with its seconds. A request has an item's kind and shape, the model's directory and the settings.
"""

import importlib.metadata
import json
import os
import platform
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever libraries print goes to the log

import torch
import transformers

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TEMPERATURE = 0.7


def answer(**values):
    print(json.dumps(values), file=answers, flush=True)


def read():
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def turns(request):
    """Yields each request when its turn has come; answers with the seconds until the next one is asked for."""
    while request:
        torch.set_num_threads(request["settings"]["threads"])
        result = {}
        begin = time.perf_counter()
        yield request, result
        seconds = time.perf_counter() - begin
        answer(seconds=seconds, **result)
        request = read()


def prompt(i, tokens):
    """Text of one token a letter."""
    return "".join(LETTERS[(i * 31 + t * 7) % 26] for t in range(tokens))


def load_model(directory):
    model = transformers.AutoModelForCausalLM.from_pretrained(directory, dtype="auto")
    return model.eval()


# ---------------------------------------------------------------- the kinds of work


def grpo(first):
    from datasets import Dataset
    from peft import LoraConfig
    from trl import GRPOConfig, GRPOTrainer

    rows = first["shape"]["prompts"] * first["shape"]["completions"]
    config = GRPOConfig(
        output_dir="runs/bench/trl",
        use_cpu=True,
        bf16=False,
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=1,
        num_generations=first["shape"]["completions"],
        max_completion_length=first["shape"]["new_tokens"],
        temperature=TEMPERATURE,
        beta=0.04,
        learning_rate=1e-5,
        max_steps=1_000_000,
        gradient_checkpointing=False,
        cache_implementation=None if first["settings"]["cache"] == "dynamic" else first["settings"]["cache"],
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
    adapter = LoraConfig(r=32, lora_alpha=128, lora_dropout=0.05, target_modules="all-linear", task_type="CAUSAL_LM")
    prompts = [prompt(i, first["shape"]["prompt_tokens"]) for i in range(first["shape"]["prompts"])]

    class Steps(transformers.TrainerCallback):
        """A step of the trainer is a turn."""

        def on_train_begin(self, args, state, control, **kwargs):
            self.turns = turns(first)
            next(self.turns)

        def on_step_end(self, args, state, control, **kwargs):
            if next(self.turns, None) is None:
                control.should_training_stop = True

    GRPOTrainer(
        model=load_model(first["files"]),
        processing_class=transformers.AutoTokenizer.from_pretrained(first["files"]),
        args=config,
        train_dataset=Dataset.from_list([{"prompt": text} for text in prompts]),
        reward_funcs=lambda completions, **kwargs: [float(len(text) % 7) for text in completions],
        peft_config=adapter,
        callbacks=[Steps()],
    ).train()


class EndsAt(transformers.StoppingCriteria):
    """Ends each row at a length of its own."""

    def __init__(self, prompt_tokens, lengths):
        self.ends = torch.tensor(lengths) + prompt_tokens

    def __call__(self, input_ids, scores, **kwargs):
        return input_ids.shape[1] >= self.ends


@torch.inference_mode()
def complete(model, request):
    tokens = request["shape"]["prompt_tokens"]
    ids = torch.tensor([list(prompt(i, tokens).encode()) for i in range(request["shape"]["prompts"])])
    settings = {}
    if request["settings"]["cache"] != "dynamic":
        settings["cache_implementation"] = request["settings"]["cache"]
    if request.get("lengths"):
        settings["stopping_criteria"] = [EndsAt(tokens, request["lengths"])]
        settings["eos_token_id"] = model.config.vocab_size
    return model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        num_return_sequences=request["shape"]["completions"],
        max_new_tokens=request["shape"]["new_tokens"],
        do_sample=True,
        temperature=TEMPERATURE,
        top_k=0,
        disable_compile=True,
        **settings,
    )


def generate(first):
    model = load_model(first["files"])
    for request, _ in turns(first):
        complete(model, request)


def load(first):
    for request, _ in turns(first):
        tokenizer = transformers.AutoTokenizer.from_pretrained(request["files"])
        tokenizer.batch_decode(complete(load_model(request["files"]), request))


def verify(first):
    from math_verify import parse, verify as same

    with open(first["files"], encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    for _, result in turns(first):
        for pair in pairs:
            same(parse("$" + pair["gold"] + "$"), parse("\\boxed{" + pair["answer"] + "}"))
        result["count"] = len(pairs)


def main():
    names = ["torch", "transformers", "trl", "peft", "math-verify"]
    versions = {"python": platform.python_version()}
    for name in names:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass  # an item that needs it says so
    answer(versions=versions)
    first = read()
    if first:
        try:
            {"grpo": grpo, "generate": generate, "load": load, "verify": verify}[first["kind"]](first)
        except Exception as error:
            answer(error=f"{type(error).__name__}: {error}")
            raise


main()
