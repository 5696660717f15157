"""Checks with transformers and PEFT what the Java library wrote: that it loads, and gives the logits that Java says.

    python src/test/python/check_written.py DIR LOGITS.json [--base MODEL_DIR] [--dtype float32] [--tolerance 1e-4]

DIR is a model directory or, with --base, an adapter's. LOGITS.json holds {"tokens": [...], "logits": [[...], ...]}:
the logits after each token. The relative error is max |a - b| / max |b|. Prints it; exit code 1 if it is too large or
if a tensor of the files was not used.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer


def load_model(directory, dtype):
    model, report = AutoModelForCausalLM.from_pretrained(directory, dtype=dtype, output_loading_info=True)
    problems = {key: sorted(map(str, names)) for key, names in report.items() if names}
    if problems:
        sys.exit(f"{directory}: {problems}")
    return model.eval()


def load_adapter(directory, base):
    model = PeftModel.from_pretrained(base, directory).eval()
    loaded = {name.replace(".default.", "."): p for name, p in model.named_parameters() if "lora_" in name}
    with safe_open(directory / "adapter_model.safetensors", "pt") as file:
        written = {name: file.get_tensor(name) for name in file.keys()}
    if loaded.keys() != written.keys():
        sys.exit(f"{directory}: the names differ from PEFT's: {sorted(loaded.keys() ^ written.keys())[:4]}")
    for name, value in written.items():
        if not torch.equal(loaded[name].float(), value.float()):
            sys.exit(f"{directory}: PEFT read other values for {name}")
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("logits", type=Path)
    parser.add_argument("--base", type=Path, help="the base model's directory, if DIR is an adapter")
    parser.add_argument("--dtype", default="auto", help="compute in this type instead of the model's own")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    arguments = parser.parse_args()

    model = load_model(arguments.base or arguments.directory, arguments.dtype)
    if arguments.base:
        model = load_adapter(arguments.directory, model)
    elif (arguments.directory / "tokenizer.json").exists():
        AutoTokenizer.from_pretrained(arguments.directory)

    expected = json.loads(arguments.logits.read_text())
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([expected["tokens"]])).logits[0].float()
    java = torch.tensor(expected["logits"])
    error = ((java - logits).abs().max() / logits.abs().max()).item()
    print(f"{arguments.directory.name}: relative error {error:.2e}, at most {arguments.tolerance:.0e} wanted")
    sys.exit(0 if error < arguments.tolerance else 1)


if __name__ == "__main__":
    main()
