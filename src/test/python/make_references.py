"""Writes the reference files that the Java conformance tests are held against.

    python src/test/python/make_references.py [--out src/test/resources/references]

Everything comes from transformers, PEFT and plain torch, from fixed seeds and on one thread: running it again
with the versions in versions.json gives the same files. The folder's README.md says what each file holds.

The GRPO part does not use TRL: its losses are written out from the formulas, so that both TRL and the Java
library can be compared with something that a reader can check by eye.
"""

import argparse
import json
import math
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

import peft
import safetensors
import tokenizers
import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Regex, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

VOCABULARY = 160
SPECIALS = 6  # the first tokens: pad, bos, eos, unk and the two of the chat
LENGTHS = (17, 5, 11)  # of the three sequences that every model's logits are computed for
NEW_TOKENS = 64
SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


# ---------------------------------------------------------------- tokenizer


CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}{{ '<|User|>' + message['content'] }}"
    "{% elif message['role'] == 'assistant' %}{{ '<|Assistant|>' + message['content'] + eos_token }}"
    "{% else %}{{ message['content'] }}{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|Assistant|>' }}{% endif %}"
)


def make_tokenizer():
    """One token a character, plus the special tokens of a chat."""
    specials = ["<|pad|>", "<|bos|>", "<|eos|>", "<|unk|>", "<|User|>", "<|Assistant|>"]
    words = specials + ["\n"] + [chr(c) for c in range(32, 127)] + list("×÷≤≥−π√éüß中文")
    vocabulary = {word: i for i, word in enumerate(words)}
    assert len(specials) == SPECIALS and len(vocabulary) <= VOCABULARY
    raw = tokenizers.Tokenizer(models.WordLevel(vocabulary, unk_token="<|unk|>"))
    raw.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    raw.decoder = decoders.Fuse()
    raw.add_special_tokens(specials)
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        pad_token="<|pad|>",
        bos_token="<|bos|>",
        eos_token="<|eos|>",
        unk_token="<|unk|>",
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def tokenizer_reference(tokenizer):
    texts = ["What is 12 + 30?", "  two  spaces\nand a line", "<|User|>2×3≤7<|eos|>", "unknown: \u2603", ""]
    chats = [
        [{"role": "user", "content": "What is 1 + 1?"}],
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " Hi\n"}],
        [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}],
    ]
    return {
        "encodings": [encoding(tokenizer, text) for text in texts],
        "chats": [
            {
                "messages": chat,
                "text": tokenizer.apply_chat_template(chat, tokenize=False),
                "prompt": tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True),
            }
            for chat in chats
        ],
    }


def encoding(tokenizer, text):
    ids = tokenizer.encode(text, add_special_tokens=False)
    return {
        "text": text,
        "ids": ids,
        "decoded": tokenizer.decode(ids),
        "decoded_skip_special": tokenizer.decode(ids, skip_special_tokens=True),
    }


# ---------------------------------------------------------------- models


def make_model(seed, dtype, size_of_embeddings=0.5, **shape):
    """A random Qwen2 whose norms, biases and weights are all far from their trivial values."""
    config = Qwen2Config(
        vocab_size=VOCABULARY, bos_token_id=1, eos_token_id=2, pad_token_id=0, max_position_embeddings=256, **shape
    )
    model = Qwen2ForCausalLM(config)
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=g)
            if "norm" in name:
                p.copy_(1 + 0.3 * noise)
            elif name.endswith("bias"):
                p.copy_(0.3 * noise)
            elif "embed_tokens" in name:
                p.copy_(size_of_embeddings * noise)
            elif "lm_head" in name:
                p.copy_(0.5 * noise)
            else:
                p.copy_(noise / math.sqrt(p.shape[1]))
    return model.to(dtype).eval()


def old_config_form(model_dir):
    """config.json as transformers 4 wrote it: rope_theta at the top level, torch_dtype."""
    path = model_dir / "config.json"
    config = json.loads(path.read_text())
    config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
    config["torch_dtype"] = config.pop("dtype")
    config["use_sliding_window"] = False
    config["sliding_window"] = 128  # present, but not in use: must be accepted
    config.pop("layer_types", None)
    config["transformers_version"] = "4.44.0"
    write_json(path, config)


def write_model(out, name, model, tokenizer, old_form=False, shard="1GB"):
    directory = out / name / "model"
    model.save_pretrained(directory, max_shard_size=shard)
    tokenizer.save_pretrained(directory)
    if old_form:
        old_config_form(directory)
    loaded = load(directory)
    for key, value in model.state_dict().items():  # what transformers reads back is what was meant
        assert torch.equal(value, loaded.state_dict()[key]), key
    assert loaded.config.rope_parameters["rope_theta"] == model.config.rope_parameters["rope_theta"]
    return loaded


def load(directory, dtype="auto"):
    model = AutoModelForCausalLM.from_pretrained(directory, dtype=dtype)
    return model.eval()


# ---------------------------------------------------------------- logits and greedy tokens


def random_tokens(seed, length):
    """Any token but the special ones."""
    return torch.randint(SPECIALS, VOCABULARY, (length,), generator=torch.Generator().manual_seed(seed)).tolist()


def left_padded(sequences):
    longest = max(map(len, sequences))
    ids = torch.tensor([[0] * (longest - len(s)) + s for s in sequences])
    mask = torch.tensor([[0] * (longest - len(s)) + [1] * len(s) for s in sequences])
    return ids, mask, (mask.cumsum(-1) - 1).clamp(min=0)


@torch.no_grad()
def logits(model, sequences):
    """Left-padded batch [rows, longest, vocabulary], zero at the padding; and each sequence on its own."""
    ids, mask, positions = left_padded(sequences)
    batch = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits.float() * mask[..., None]
    alone = {f"logits.{i}": model(input_ids=torch.tensor([s])).logits[0].float() for i, s in enumerate(sequences)}
    if model.dtype == torch.float32:
        for i, s in enumerate(sequences):
            close(alone[f"logits.{i}"], batch[i, -len(s) :], 1e-5, f"left padding, row {i}")
    return {"padded.logits": batch, **alone}


@torch.no_grad()
def greedy(model, prompt, least_lead):
    """64 tokens by repeated argmax without a cache; none if a winner leads by less than this part of max |logit|."""
    tokens, lead = list(prompt), math.inf
    for _ in range(NEW_TOKENS):
        scores = model(input_ids=torch.tensor([tokens])).logits[0, -1].float()
        best = scores.topk(2)
        lead = min(lead, ((best.values[0] - best.values[1]) / scores.abs().max()).item())
        if lead < least_lead or best.indices[0] < SPECIALS:
            return None, lead
        tokens.append(best.indices[0].item())
    return tokens[len(prompt) :], lead


def greedy_reference(model, least_lead):
    """Three prompts whose 64 tokens hold no special token and no close race that rounding could decide."""
    found, seed = [], 1000
    for length in (3, 9, 14):
        while True:
            seed += 1
            prompt = random_tokens(seed, length)
            tokens, lead = greedy(model, prompt, least_lead)
            if tokens and len(set(tokens)) > 3:
                break
        ids = torch.tensor([prompt])
        generated = model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=NEW_TOKENS, eos_token_id=None
        )
        assert generated[0, length:].tolist() == tokens, "the cache changes nothing"
        found.append({"prompt": prompt, "tokens": tokens, "smallest_lead": lead})
    return found


def write_outputs(out, name, model, least_lead):
    sequences = [random_tokens(10 + i, n) for i, n in enumerate(LENGTHS)]
    directory = out / name
    tensors = logits(model, sequences)
    if model.dtype != torch.float32:
        upcast = load(directory / "model", torch.float32)
        tensors |= {f"float32.{key}": value for key, value in logits(upcast, sequences).items()}
    save(directory / "logits.safetensors", tensors)
    write_json(directory / "tokens.json", {"sequences": sequences, "greedy": greedy_reference(model, least_lead)})


# ---------------------------------------------------------------- adapters


def lora(rank, alpha, targets, rslora=False):
    return peft.LoraConfig(
        r=rank, lora_alpha=alpha, lora_dropout=0.0, bias="none", target_modules=targets, use_rslora=rslora,
        task_type="CAUSAL_LM",
    )  # fmt: skip


def write_adapters(out, name):
    """Adapters as PEFT writes them, with A and B random, and what the adapted and the merged model say."""
    sequences = json.loads((out / name / "tokens.json").read_text())["sequences"]
    variants = {
        "rank4": (lora(4, 16, SEVEN), 0.008),
        "rank32-rslora": (lora(32, 128, ["q_proj", "v_proj", "down_proj"], rslora=True), 0.003),
    }
    for seed, (variant, (config, size_of_b)) in enumerate(variants.items()):
        base = load(out / name / "model")
        model = peft.get_peft_model(base, config)
        g = torch.Generator().manual_seed(500 + seed)
        with torch.no_grad():
            for key, p in model.named_parameters():
                if "lora_" in key:
                    size = size_of_b if "lora_B" in key else 1 / math.sqrt(p.shape[1])
                    p.copy_(torch.randn(p.shape, generator=g) * size)
        directory = out / name / "adapters" / variant
        model.peft_config["default"].base_model_name_or_path = f"{name}/model"
        model.save_pretrained(directory, save_embedding_layers=False)
        (directory / "README.md").unlink()  # PEFT's empty model card
        sort_targets(directory / "adapter_config.json")

        tensors = adapted_logits(out / name / "model", directory, sequences, "auto", "")
        if base.dtype != torch.float32:
            tensors |= adapted_logits(out / name / "model", directory, sequences, torch.float32, "float32.")
        save(out / name / "adapters" / f"{variant}.logits.safetensors", tensors)


def adapted_logits(model_dir, adapter_dir, sequences, dtype, prefix):
    adapted = peft.PeftModel.from_pretrained(load(model_dir, dtype), adapter_dir).eval()
    unmerged = logits(adapted, sequences)["padded.logits"]
    merged = logits(adapted.merge_and_unload(), sequences)["padded.logits"]
    base = logits(load(model_dir, dtype), sequences)["padded.logits"]
    assert relative_error(base, unmerged) > 0.05, "the adapter must matter"
    return {f"{prefix}padded.logits": unmerged, f"{prefix}merged.padded.logits": merged}


def sort_targets(path):
    """PEFT keeps the target modules in a set, so their order changes from run to run."""
    config = json.loads(path.read_text())
    config["target_modules"].sort()
    write_json(path, config)


# ---------------------------------------------------------------- GRPO


@dataclass
class Group:
    """One prompt and its completions, rewarded already."""

    prompt: list
    completions: list
    advantages: list


@dataclass
class Case:
    """What one loss is computed for. groups names entries of grpo/groups.json."""

    name: str
    groups: list
    loss_type: str
    temperature: float = 0.7
    beta: float = 0.04
    epsilon: float = 0.2
    epsilon_high: float = 0.2
    delta: float = None
    off_policy: bool = False
    max_completion_length: int = 16
    model: str = "tied"
    adapter: str = "rank4"
    results: dict = field(default_factory=dict)


def groups():
    def group(seed, prompt, lengths, advantages):
        completions = [random_tokens(seed + 1 + i, n) for i, n in enumerate(lengths)]
        completions[0][-1] = 2  # the first one ends by itself: its end token counts
        return Group(random_tokens(seed, prompt), completions, advantages)

    return {
        "one": group(2000, 7, (6, 12, 1, 9), [1.5, -0.5, 0.25, -1.0]),
        "other": group(2100, 4, (3, 16, 5, 8), [-0.75, -0.75, 2.25, -0.75]),
    }


def per_token(model, group, temperature):
    """Log-probabilities and entropies [completions, longest] of one group, and the mask of real tokens."""
    longest = max(map(len, group.completions))
    rows = [group.prompt + c + [0] * (longest - len(c)) for c in group.completions]
    mask = torch.tensor([[1] * len(c) + [0] * (longest - len(c)) for c in group.completions])
    attention = torch.cat([torch.ones(len(rows), len(group.prompt), dtype=mask.dtype), mask], 1)
    ids = torch.tensor(rows)
    scores = model(input_ids=ids, attention_mask=attention).logits[:, len(group.prompt) - 1 : -1] / temperature
    log_p = scores.log_softmax(-1)
    chosen = log_p.gather(-1, ids[:, len(group.prompt) :, None])[..., 0]
    return chosen, -(log_p.exp() * log_p).sum(-1), mask


def pad(tensors, width):
    return torch.cat([torch.nn.functional.pad(t, (0, width - t.shape[1])) for t in tensors])


def policy_outputs(model, batch, temperature):
    """The same for several groups, one row a completion, padded on the right to the longest of all."""
    parts = [per_token(model, g, temperature) for g in batch]
    width = max(p[0].shape[1] for p in parts)
    return [pad([p[i] for p in parts], width) for i in range(3)]


def grpo_loss(case, log_p, ref, old, advantages, mask):
    """The loss of TINA's formulas with TRL's clipping, and the figures that TRL logs."""
    a = advantages[:, None]
    ratio = (log_p - old).exp()
    clipped = ratio.clamp(1 - case.epsilon, 1 + case.epsilon_high)
    bounded = ratio if case.delta is None else ratio.clamp(max=case.delta)
    kl = (ref - log_p).exp() - (ref - log_p) - 1
    token_loss = -torch.minimum(bounded * a, clipped * a) + case.beta * kl
    tokens = mask.sum()
    if case.loss_type == "grpo":
        loss = ((token_loss * mask).sum(1) / mask.sum(1)).mean()
    elif case.loss_type in ("bnpo", "dapo"):
        loss = (token_loss * mask).sum() / tokens
    elif case.loss_type == "dr_grpo":
        loss = (token_loss * mask).sum() / (len(mask) * case.max_completion_length)
    low = (ratio < 1 - case.epsilon) & (a < 0)
    high = (ratio > 1 + case.epsilon_high) & (a > 0)
    mean = lambda x: ((x * mask).sum() / tokens).item()
    return loss, {
        "loss": loss.item(),
        "kl": mean(kl),
        "clip_ratio/low_mean": mean(low),
        "clip_ratio/high_mean": mean(high),
        "clip_ratio/region_mean": mean(low | high),
    }


def old_log_probs(case, log_p, mask):
    """Those of a policy that differs, away from every threshold, so that rounding cannot decide what is clipped."""
    g = torch.Generator().manual_seed(77)
    log_ratio = 0.35 * torch.randn(log_p.shape, generator=g)
    for edge in (1 - case.epsilon, 1 + case.epsilon_high, case.delta or 1.5):
        near = (log_ratio - math.log(edge)).abs() < 0.01
        log_ratio = torch.where(near, math.log(edge) + 0.02, log_ratio)
    return (log_p - log_ratio) * mask


def run_case(model, case, batch):
    """Loss, figures, per-token values and gradients of one case."""
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    log_p, entropy, mask = policy_outputs(model, batch, case.temperature)
    ref = torch.zeros_like(log_p)
    if case.beta:
        with torch.no_grad(), model.disable_adapter():
            ref = policy_outputs(model, batch, case.temperature)[0]
    old = old_log_probs(case, log_p.detach(), mask) if case.off_policy else log_p.detach()
    advantages = torch.tensor([a for g in batch for a in g.advantages])
    loss, figures = grpo_loss(case, log_p, ref, old, advantages, mask)
    figures["entropy"] = ((entropy * mask).sum() / mask.sum()).item()
    if not case.beta:
        del figures["kl"]
    gradients = dict(zip(trained, torch.autograd.grad(loss, trained.values())))
    per_row = {"log_probs": log_p.detach() * mask, "mask": mask.float()}
    if case.beta:
        per_row["ref_log_probs"] = ref * mask
    if case.off_policy:
        per_row["old_log_probs"] = old
    return figures, per_row, gradients


def check_in_double(model, case, batch, figures, gradients):
    """The same in float64 (norms stay float32 inside transformers): the float32 figures must be good to 1e-5."""
    model = model.double()
    try:
        double_figures, _, double_gradients = run_case(model, case, batch)
    finally:
        model.float()
    assert abs(double_figures["loss"] - figures["loss"]) < 1e-5 * max(1, abs(figures["loss"])), case.name
    for name, gradient in gradients.items():
        close(gradient, double_gradients[name].float(), 2e-5, f"{case.name} {name}")


def grpo_cases():
    cases = []
    for temperature in (0.7, 1.0):
        for loss in ("grpo", "bnpo", "dapo", "dr_grpo"):
            cases.append(Case(f"on-policy-{loss}-t{temperature}", ["one"], loss, temperature))
    cases.append(Case("on-policy-grpo-beta0", ["one"], "grpo", beta=0.0))
    for loss in ("grpo", "dapo", "dr_grpo"):
        cases.append(Case(f"off-policy-{loss}", ["one"], loss, off_policy=True, epsilon_high=0.28))
        cases.append(Case(f"off-policy-{loss}-delta", ["one"], loss, off_policy=True, epsilon_high=0.28, delta=1.5))
    for loss in ("grpo", "bnpo", "dapo", "dr_grpo"):
        cases.append(Case(f"two-groups-{loss}", ["one", "other"], loss))
    for model in ("tied", "sharded"):
        cases.append(Case(f"full-{model}", ["one"], "dapo", beta=0.0, model=model, adapter=None))
    return cases


def write_grpo(out):
    directory = out / "grpo"
    directory.mkdir(parents=True, exist_ok=True)
    named = groups()
    write_json(directory / "groups.json", {name: asdict(g) for name, g in named.items()})
    written = []
    for case in grpo_cases():
        model = load(out / case.model / "model", torch.float32)
        if case.adapter:
            adapter = out / case.model / "adapters" / case.adapter
            model = peft.PeftModel.from_pretrained(model, adapter, is_trainable=True).eval()
        batch = [named[g] for g in case.groups]
        case.results, per_row, gradients = run_case(model, case, batch)
        check_in_double(model, case, batch, case.results, gradients)
        tensors = per_row | {f"gradient.{file_name(n)}": g for n, g in gradients.items()}
        save(directory / f"{case.name}.safetensors", tensors)
        written.append(asdict(case))
    write_json(directory / "cases.json", written)


def file_name(parameter):
    """A parameter's name in an adapter file: PEFT drops the adapter's own name there."""
    return parameter.replace(".default.weight", ".weight")


# ---------------------------------------------------------------- supervised training


def write_sft(out):
    """Mean negative log-likelihood over the target tokens of all rows, gradients of every parameter."""
    directory = out / "sft"
    directory.mkdir(parents=True, exist_ok=True)
    rows = [{"prompt": random_tokens(3000 + i, p), "target": random_tokens(3100 + i, t) + [2]}
            for i, (p, t) in enumerate([(4, 9), (7, 3), (1, 12)])]  # fmt: skip
    losses = {}
    for name in ("tied", "sharded"):
        model = load(out / name / "model")
        total, count = 0.0, 0
        for row in rows:
            ids = torch.tensor([row["prompt"] + row["target"]])
            log_p = model(input_ids=ids).logits[0, :-1].log_softmax(-1)
            chosen = log_p.gather(1, ids[0, 1:, None])[len(row["prompt"]) - 1 :]
            total, count = total - chosen.sum(), count + len(chosen)
        loss = total / count
        losses[name] = loss.item()
        loss.backward()
        save(directory / f"{name}.safetensors", {f"gradient.{n}": p.grad for n, p in model.named_parameters()})
    write_json(directory / "sft.json", {"rows": rows, "loss": losses})


# ---------------------------------------------------------------- optimizer, schedules, advantages


def adamw_reference():
    """A few steps on two small tensors. Gradients are clipped to norm 1 together before each step."""
    g = torch.Generator().manual_seed(4000)
    cases = []
    for weight_decay in (0.0, 0.1):
        parameters = [torch.randn(5, generator=g), torch.randn(2, 3, generator=g)]
        start = [p.flatten().tolist() for p in parameters]
        optimizer = torch.optim.AdamW(parameters, lr=1e-2, weight_decay=weight_decay)
        steps = []
        for size, rate in ((0.1, 1e-2), (3.0, 5e-3), (0.0, 5e-3), (1.0, 1e-3), (30.0, 1e-3)):
            gradients = [size * torch.randn(p.shape, generator=g) for p in parameters]
            for p, gradient in zip(parameters, gradients):
                p.grad = gradient.clone()
            norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            steps.append({
                "gradients": [x.flatten().tolist() for x in gradients],
                "learning_rate": rate,
                "gradient_norm": norm.item(),
                "parameters": [p.flatten().tolist() for p in parameters],
            })  # fmt: skip
        cases.append({
            "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": weight_decay, "max_gradient_norm": 1.0,
            "parameters": start, "steps": steps,
        })  # fmt: skip
    return cases


def schedule_reference():
    """The learning rate of each step, the first being step 0; one more entry than steps, where the end is reached."""
    cases = []
    for steps in (20, 25):
        for name, extra in (
            ("cosine_with_min_lr", {"min_lr_rate": 0.1}), ("cosine", None), ("linear", None), ("constant", None),
            ("constant_with_warmup", None),
        ):  # fmt: skip
            optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=1e-6)
            warmup = math.ceil(0.1 * steps)  # as TrainingArguments does
            scheduler = transformers.get_scheduler(name, optimizer, warmup, steps, scheduler_specific_kwargs=extra)
            rates = []
            for _ in range(steps + 1):
                rates.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                scheduler.step()
            cases.append({
                "name": name, "learning_rate": 1e-6, "steps": steps, "warmup_ratio": 0.1, "warmup_steps": warmup,
                "min_lr_rate": (extra or {}).get("min_lr_rate"), "rates": rates,
            })  # fmt: skip
    return cases


def advantage_reference():
    """Rewards [prompts][completions] and their advantages for each choice of scale_rewards."""
    cases = []
    for rewards in (
        [[1.0, 0.0, 0.0, 3.0]],
        [[3.0, 3.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 2.0]],
        [[0.25, -1.5, 2.0], [1e6, 1e6 + 1, 1e6 - 1]],
        [[0.5, 0.5], [0.1, 0.9]],
    ):
        r = torch.tensor(rewards, dtype=torch.float64)
        centred = r - r.mean(1, keepdim=True)
        cases.append({
            "rewards": rewards,
            "group": (centred / (r.std(1, keepdim=True) + 1e-4)).tolist(),
            "batch": (centred / (r.std() + 1e-4)).tolist(),
            "none": centred.tolist(),
        })  # fmt: skip
    return cases


# ---------------------------------------------------------------- helpers


def relative_error(actual, expected):
    return ((actual - expected).abs().max() / expected.abs().max().clamp(min=1e-30)).item()


def close(actual, expected, tolerance, what):
    error = relative_error(actual, expected)
    assert error < tolerance, f"{what}: relative error {error:.2e}, at most {tolerance:.0e} wanted"


def save(path, tensors):
    save_file({name: t.detach().float().contiguous() for name, t in sorted(tensors.items())}, path)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).resolve().parents[1]
    parser.add_argument("--out", type=Path, default=here / "resources" / "references")
    out = parser.parse_args().out
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()

    for part in ("tied", "grouped", "sharded", "half", "grpo", "sft"):
        shutil.rmtree(out / part, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer()
    write_json(out / "tokenizer.json", tokenizer_reference(tokenizer))

    tied = make_model(
        1, torch.float32, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, tie_word_embeddings=True,
    )  # fmt: skip
    grouped = make_model(
        2, torch.bfloat16, size_of_embeddings=1.5, hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=6,
        num_key_value_heads=1, tie_word_embeddings=False, rms_norm_eps=1e-5,
    )  # fmt: skip
    sharded = make_model(
        3, torch.float32, hidden_size=32, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=4, tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0},
    )  # fmt: skip
    half = make_model(
        4, torch.float16, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=16, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
    )  # fmt: skip
    for name, model, least_lead, options in (
        ("tied", tied, 1e-3, {}),
        ("grouped", grouped, 1e-2, {}),
        ("sharded", sharded, 1e-3, {"old_form": True, "shard": "50KB"}),
        ("half", half, 5e-3, {}),
    ):
        write_outputs(out, name, write_model(out, name, model, tokenizer, **options), least_lead)
        print(f"{name}: model, logits, greedy tokens")
    for name in ("tied", "grouped"):
        write_adapters(out, name)
        print(f"{name}: adapters")
    write_grpo(out)
    write_sft(out)
    print("GRPO and supervised losses and gradients")
    write_json(out / "adamw.json", adamw_reference())
    write_json(out / "schedules.json", schedule_reference())
    write_json(out / "advantages.json", advantage_reference())
    versions = {m.__name__: m.__version__ for m in (torch, transformers, peft, tokenizers, safetensors)}
    write_json(out / "versions.json", versions)


if __name__ == "__main__":
    main()
