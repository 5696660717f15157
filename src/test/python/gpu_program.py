"""Checks and measures the tensor program on a GPU, with Python alone: the very program that Java runs.

    environment/tina export --model mini --program runs/program.pt      # writes it, anywhere
    python src/test/python/gpu_program.py runs/program.pt               # an NVIDIA GPU, torch, transformers
    python src/test/python/gpu_program.py runs/program.pt --device cpu --shape tiny    # does the script work?

First correctness, in float32 on random weights: logits and greedy tokens against transformers, the gradient of an
adapter against autograd's. A difference that is too large ends the script with status 1. Then, in bfloat16:
decoded tokens a second beside transformers' generate and beside the floor, the time in which the weights and the cache
could be read at the speed of a measured copy; and the time and memory of an update of 4 completions of 4,096 tokens
with checkpointing, beside TRL's where it is installed. Prints JSON lines, the first with card and versions.
"""

import argparse
import importlib.util
import json
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

import torch
import transformers

SHAPES = {
    "1.5B": dict(hidden_size=1536, num_hidden_layers=28, num_attention_heads=12, num_key_value_heads=2,
                 intermediate_size=8960, vocab_size=151936),
    "tiny": dict(hidden_size=64, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
                 intermediate_size=96, vocab_size=600),
}
BATCHES = {"1.5B": [1, 32, 256], "tiny": [1, 4]}
DECODE = {"1.5B": (128, 256), "tiny": (8, 16)}  # prompt, new tokens
UPDATE = {"1.5B": (4, 128, 4096), "tiny": (4, 8, 64)}  # completions, prompt, tokens of both
RANK, SCALE, TEMPERATURE = 32, 4.0, 0.7
FLOAT32, BFLOAT16 = 6, 15  # torch's numbers of its types
VALUES_AT_ONCE = {"cpu": 1 << 24, "cuda": 1 << 26}  # of the vocabulary's logits, as CausalLM.chunk


def say(what, **values):
    print(json.dumps({"what": what, **values}), flush=True)


def ints(*values):
    return torch.tensor(values, dtype=torch.int64)


def floats(*values):
    return torch.tensor(values, dtype=torch.float64)


# ---------------------------------------------------------------- a model on both sides


def write_model(shape, directory, device):
    """Random weights in bfloat16, with norms and biases that would show if they were forgotten."""
    torch.manual_seed(1)
    config = transformers.Qwen2Config(tie_word_embeddings=False, max_position_embeddings=8192, **SHAPES[shape])
    with device, torch.no_grad():
        model = transformers.Qwen2ForCausalLM(config)
        for name, p in model.named_parameters():
            if "norm" in name or "bias" in name:
                p.add_(0.1 * torch.randn_like(p))
    model.to(torch.bfloat16).save_pretrained(directory, max_shard_size="100GB")


def load_model(directory, device, dtype):
    return transformers.Qwen2ForCausalLM.from_pretrained(directory, dtype=dtype).eval().to(device)


def tensor_names(layers):
    """The model's tensors in the order of the program's index."""
    for l in range(layers):
        for name in ["input_layernorm.weight", "self_attn.q_proj.weight", "self_attn.k_proj.weight",
                     "self_attn.v_proj.weight", "self_attn.q_proj.bias", "self_attn.k_proj.bias",
                     "self_attn.v_proj.bias", "self_attn.o_proj.weight", "post_attention_layernorm.weight",
                     "mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight"]:
            yield f"model.layers.{l}.{name}"
    yield from ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"]


def load_program(path, model, directory, device, dtype):
    """The program with the model's weights, mapped from a safetensors file as Java does."""
    torch._C._set_graph_executor_optimize(False)  # as Java: its optimiser gives wrong gradients at ties
    program = torch.jit.load(path)
    config = model.config
    file = directory / "model.safetensors"
    with open(file, "rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(size))
    index = []
    for name in tensor_names(config.num_hidden_layers):
        rows, columns = (header[name]["shape"] + [0])[:2]
        index.append([0, BFLOAT16, (8 + size + header[name]["data_offsets"][0]) // 2, rows, columns])
    for name, value in dict(files=str(file), device=str(device), dtype=dtype, fused=True, tied=False,
                            heads=config.num_attention_heads, kv_heads=config.num_key_value_heads,
                            head_dim=config.hidden_size // config.num_attention_heads, eps=config.rms_norm_eps,
                            rope_theta=float(config.rope_parameters["rope_theta"])).items():
        setattr(program, name, value)
    program.load(torch.tensor(index))
    return program


class Adapter:
    """LoRA of rank 32 on all seven modules: the program's flat vector, and the same as matrices."""

    SITES = [["q_proj", "k_proj", "v_proj"], ["o_proj"], ["gate_proj", "up_proj"], ["down_proj"]]

    def __init__(self, model, device):
        self.sizes = []
        self.matrices = []  # module, A or B, offset, rows, columns; layer after layer
        at = 0
        for l, layer in enumerate(model.model.layers):
            modules = {name.split(".")[-1]: m for name, m in layer.named_modules()}
            sizes = []
            for site in self.SITES:
                sizes.append(sum(RANK * modules[name].in_features for name in site))
                sizes += [modules[name].out_features * RANK for name in site]
                for part in "AB":
                    for name in site:
                        m = modules[name]
                        rows, columns = (RANK, m.in_features) if part == "A" else (m.out_features, RANK)
                        group = "self_attn" if name in "q_proj k_proj v_proj o_proj" else "mlp"
                        self.matrices.append((f"model.layers.{l}.{group}.{name}.weight", part, at, rows, columns))
                        at += rows * columns
            self.sizes = sizes
        self.theta = torch.randn(at, device=device) * 0.02

    def plan(self):
        return ints(1, RANK, 0, *self.sizes)

    def weights(self, model, theta):
        """The model's weights with the adapter added, a function of theta that autograd follows."""
        parts = {"A": {}, "B": {}}
        for name, part, at, rows, columns in self.matrices:
            parts[part][name] = theta[at:at + rows * columns].view(rows, columns)
        own = dict(model.named_parameters())
        return {name: own[name] + SCALE * (parts["B"][name] @ a) for name, a in parts["A"].items()}


FROZEN = (torch.zeros(0), ints(0, 1, 0), floats(0, 0))


def frozen(device):
    return FROZEN[0].to(device), FROZEN[1], FROZEN[2]


# ---------------------------------------------------------------- correctness


def relative(ours, theirs):
    return float(((ours - theirs).norm() / theirs.norm()).cpu())


def hold(what, error, limit):
    say(what, error=error, limit=limit)
    if not error <= limit:
        sys.exit(f"{what} is off by {error}, allowed is {limit}")


def check(program, model, device):
    vocabulary, P, G, C = model.config.vocab_size, 7, 3, 9
    tokens = torch.randint(vocabulary, (P + G * C,))
    completions = [torch.cat([tokens[:P], tokens[P + g * C:P + (g + 1) * C]]).to(device) for g in range(G)]

    with torch.no_grad():
        ours = program.logits(*frozen(device), ints(tokens.numel(), 0), tokens, torch.arange(tokens.numel()))
        theirs = model(tokens[None].to(device)).logits[0]
    hold("logits, float32", relative(ours, theirs.cpu()), 1e-4)

    prompts = torch.stack([tokens[:P], tokens[P:2 * P]])
    with torch.no_grad():
        mine = generate(program, prompts, 12, 0.0)
        theirs = model.generate(prompts.to(device), max_new_tokens=12, min_new_tokens=12, do_sample=False)[:, P:]
    hold("greedy tokens that differ", float((mine != theirs.cpu()).float().mean()), 0.0)

    # log-probabilities and the GRPO gradient of an adapter, on-policy, with a KL penalty
    adapter = Adapter(model, device)
    scale = floats(SCALE, 0)
    rows = torch.cat([torch.cat([ints(P - 1), torch.arange(P + g * C, P + (g + 1) * C - 1)]) for g in range(G)])
    advantages = torch.randn(G * C)
    weights = torch.rand(G * C)
    reference = torch.full([G * C], -torch.tensor(float(vocabulary)).log().item())
    beta = 0.04
    theta = adapter.theta.clone().requires_grad_()
    changed = adapter.weights(model, theta)
    logp = []
    for text in completions:
        z = torch.func.functional_call(model, changed, (text[None],)).logits[0]
        logp.append((z[P - 1:-1] / TEMPERATURE).log_softmax(-1).gather(1, text[P:, None])[:, 0])
    logp = torch.cat(logp)
    gap = reference.to(device) - logp
    loss = -(logp - logp.detach()).exp() * advantages.to(device) + beta * (gap.exp() - gap - 1)
    (expected,) = torch.autograd.grad((loss * weights.to(device)).sum(), [theta])
    with torch.no_grad():
        got = program.log_probs(adapter.theta, adapter.plan(), scale, ints(P, C, 1024), tokens, rows, tokens[P:],
                                floats(TEMPERATURE)[0])
        hold("log-probabilities, float32", relative(got, logp.detach().cpu()), 1e-4)
        for checkpointing in (0, 1):
            gradient, _ = program.gradient(
                adapter.theta, adapter.plan(), scale, ints(P, C, 1024, checkpointing), tokens, rows, tokens[P:],
                advantages, weights, reference, torch.zeros(0), floats(TEMPERATURE, 0.2, 0.2, 0, beta))
            hold(f"gradient, float32{', checkpointing' if checkpointing else ''}", relative(gradient, expected), 1e-4)


# ---------------------------------------------------------------- speed


def generate(program, prompts, new, temperature):
    """[R, new] tokens; calls of 32 steps at most, as Java makes them."""
    R, P = prompts.shape
    base = frozen(program_device(program))
    weights = program.merge(*base)
    cache = [program.cache(ints(R, P + new)) for _ in range((len(weights) - 3) // 7)]
    program.prefill(*base, weights, cache, prompts[:, :-1].contiguous(), torch.zeros(R, dtype=torch.int64),
                    torch.arange(R)[:, None], ints(P - 1)[0])
    token, out = prompts[:, -1].contiguous(), []
    for t in range(0, new, 32):
        n = min(32, new - t)
        tokens, _ = program.decode(*base, weights, cache, token, torch.zeros(R, dtype=torch.int64), torch.rand(R, n),
                                   torch.zeros(0, dtype=torch.int64), ints(P - 1 + t)[0], floats(temperature, 1, 0, 0))
        token = tokens[:, -1].contiguous()
        out.append(tokens)
    return torch.cat(out, 1)


def program_device(program):
    return torch.device(program.device)


def seconds(device, work, times=3):
    """Median after a warm-up."""
    work()
    taken = []
    for _ in range(times):
        wait(device)
        begin = time.perf_counter()
        work()
        wait(device)
        taken.append(time.perf_counter() - begin)
    return sorted(taken)[times // 2]


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def copy_bandwidth(device):
    """Bytes read and written a second."""
    x = torch.ones(1 << (28 if device.type == "cuda" else 24), device=device)
    y = torch.empty_like(x)
    return 2 * x.numel() * 4 / seconds(device, lambda: y.copy_(x), 9)


def decoding(program, model, shape, device, arguments):
    bandwidth = copy_bandwidth(device)
    say("copy", gigabytes_a_second=bandwidth / 1e9)
    config = model.config
    P, new = DECODE[shape]
    new = arguments.new or new
    read = sum(p.numel() for name, p in model.named_parameters() if "embed_tokens" not in name) * 2
    kv = 2 * 2 * config.num_hidden_layers * config.num_key_value_heads * config.hidden_size // config.num_attention_heads
    for rows in BATCHES[shape]:
        prompts = torch.randint(config.vocab_size, (rows, P))
        on_device = prompts.to(device)
        with torch.no_grad():
            ours = seconds(device, lambda: generate(program, prompts, new, TEMPERATURE))
            theirs = {}
            for cache in arguments.cache:
                theirs[cache] = seconds(device, lambda: model.generate(
                    on_device, max_new_tokens=new, min_new_tokens=new, do_sample=True, temperature=TEMPERATURE,
                    top_k=0, attention_mask=torch.ones_like(on_device), cache_implementation=cache))
        floor = new * (read + rows * kv * (P + new / 2)) / bandwidth
        say("decoding, bfloat16", rows=rows, prompt=P, new=new, tokens_a_second=rows * new / ours,
            transformers={cache: rows * new / taken for cache, taken in theirs.items()}, floor=rows * new / floor,
            ratio=min(theirs.values()) / ours, share_of_floor=floor / ours)
        if arguments.profile:
            profile(f"32 tokens, {rows} rows", device, lambda: generate(program, prompts, 32, TEMPERATURE))


def update(program, model, shape, device, profiled):
    G, P, length = UPDATE[shape]
    C = length - P
    adapter = Adapter(model, device)
    tokens = torch.randint(model.config.vocab_size, (P + G * C,))
    rows = torch.cat([torch.cat([ints(P - 1), torch.arange(P + g * C, P + (g + 1) * C - 1)]) for g in range(G)])
    ones, reference = torch.ones(G * C), torch.full([G * C], -11.0)
    chunk = max(16, VALUES_AT_ONCE[device.type] // model.config.vocab_size)
    mean, square = torch.zeros_like(adapter.theta), torch.zeros_like(adapter.theta)

    def step():
        gradient, _ = program.gradient(
            adapter.theta, adapter.plan(), floats(SCALE, 0.05), ints(P, C, chunk, 1), tokens, rows, tokens[P:],
            ones, ones, reference, torch.zeros(0), floats(TEMPERATURE, 0.2, 0.2, 0, 0.04))
        program.adamw(adapter.theta, gradient, mean, square, torch.zeros(1), floats(1, 1e-6, 0.9, 0.999, 1e-8, 1.0))

    with torch.no_grad():
        measure_update("update, bfloat16, checkpointing", shape, device, step)
    if profiled:
        profile("update", device, step)


def measure_update(what, shape, device, step):
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    taken = seconds(device, step)
    peak = (torch.cuda.max_memory_allocated(device) if device.type == "cuda"
            else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
    G, P, length = UPDATE[shape]
    say(what, completions=G, tokens_each=length, seconds=taken, peak_gigabytes=peak / 1e9,
        memory="allocated on the card" if device.type == "cuda" else "of the process")


def peer_update(model, shape, device, tokenizer):
    """The same update by TRL: its trainer's loss, backward and optimizer step on given completions."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import GRPOConfig, GRPOTrainer

    G, P, length = UPDATE[shape]
    C = length - P
    trainer = GRPOTrainer(
        model=model,
        processing_class=transformers.AutoTokenizer.from_pretrained(tokenizer),
        args=GRPOConfig(output_dir="runs/trl", use_cpu=device.type == "cpu", bf16=True, loss_type="grpo", beta=0.04,
                        per_device_train_batch_size=G, num_generations=G, max_completion_length=C,
                        temperature=TEMPERATURE, learning_rate=1e-6, gradient_checkpointing=True, report_to="none"),
        train_dataset=Dataset.from_list([{"prompt": "a"}]),
        reward_funcs=lambda completions, **kwargs: [0.0] * len(completions),
        peft_config=LoraConfig(r=RANK, lora_alpha=int(RANK * SCALE), lora_dropout=0.05, target_modules="all-linear",
                               task_type="CAUSAL_LM"))
    policy = trainer.model.train()
    policy.gradient_checkpointing_enable(trainer.args.gradient_checkpointing_kwargs)
    optimizer = trainer.create_optimizer()
    trainer.current_gradient_accumulation_steps = 1
    texts = torch.randint(model.config.vocab_size, (G, length), device=device)
    inputs = dict(prompt_ids=texts[:, :P], completion_ids=texts[:, P:], prompt_mask=torch.ones_like(texts[:, :P]),
                  completion_mask=torch.ones_like(texts[:, P:]), advantages=torch.ones(G, device=device),
                  ref_per_token_logps=torch.full((G, C), -11.0, device=device))

    def step():
        with trainer.compute_loss_context_manager():
            loss = trainer.compute_loss(policy, inputs)
        trainer.accelerator.backward(loss)
        torch.nn.utils.clip_grad_norm_([p for p in policy.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        optimizer.zero_grad()

    measure_update("update by TRL, bfloat16, checkpointing", shape, device, step)


def profile(name, device, work):
    """Where the time goes: the operations that take most, to standard error."""
    activities = [torch.profiler.ProfilerActivity.CPU]
    if device.type == "cuda":
        activities.append(torch.profiler.ProfilerActivity.CUDA)
    with torch.no_grad(), torch.profiler.profile(activities=activities) as seen:
        work()
        wait(device)
    order = "self_cuda_time_total" if device.type == "cuda" else "self_cpu_time_total"
    print(name, seen.key_averages().table(sort_by=order, row_limit=25, max_name_column_width=60), file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="what environment/tina export --program wrote")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--shape", choices=SHAPES, default="1.5B")
    parser.add_argument("--cache", nargs="+", default=["dynamic", "static"],
                        help="transformers' kinds of cache to run; static is compiled, which takes minutes")
    parser.add_argument("--tokenizer", default="src/main/resources/org/tina/mini/model", help="any, for TRL's trainer")
    parser.add_argument("--parts", nargs="+", choices=["check", "decoding", "update"],
                        default=["check", "decoding", "update"])
    parser.add_argument("--new", type=int, help="tokens to decode")
    parser.add_argument("--keep", help="where to leave the random model, for other programs")
    parser.add_argument("--profile", action="store_true", help="also show which operations take the time")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        sys.exit("no GPU is seen by torch; --device cpu --shape tiny only shows that the script works")
    card = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    say("machine", device=card, torch=torch.__version__, transformers=transformers.__version__, cuda=torch.version.cuda,
        shape=arguments.shape)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.backends.cuda.matmul.allow_tf32 = False

    # its plans depend on the cache's length and are made anew at each step, which takes 40 ms: bad for both
    torch.backends.cuda.enable_cudnn_sdp(False)

    with tempfile.TemporaryDirectory() as name:
        directory = Path(arguments.keep or name)
        write_model(arguments.shape, directory, device)
        if "check" in arguments.parts:
            model = load_model(directory, device, torch.float32)
            check(load_program(arguments.program, model, directory, device, FLOAT32), model, device)
        model = load_model(directory, device, torch.bfloat16)
        program = load_program(arguments.program, model, directory, device, BFLOAT16)
        if "decoding" in arguments.parts:
            decoding(program, model, arguments.shape, device, arguments)
        if "update" in arguments.parts:
            model = model.cpu()  # the peer's copy is none of the update's memory
            update(program, model, arguments.shape, device, arguments.profile)
            del program
            if importlib.util.find_spec("trl"):
                peer_update(model.to(device), arguments.shape, device, arguments.tokenizer)


if __name__ == "__main__":
    main()
