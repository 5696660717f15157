"""Makes the reference files of the tests of org.tina.model with transformers, tokenizers and torch.

    python src/test/python/model_files.py src/test/resources/org/tina/model/reference

Needs: pip install torch transformers safetensors jinja2
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

CHATML = """{% for message in messages %}
    {% if loop.first and message['role'] != 'system' %}
{{ '<|im_start|>system\\nYou answer briefly.<|im_end|>\\n' }}
    {%- endif %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content | trim + '<|im_end|>' }}
    {% if not loop.last %}

    {% endif %}
{% endfor %}
{% if add_generation_prompt %}
{{ '<|im_start|>assistant\\n' }}
{% endif %}
"""

# One line, a namespace for the system prompt, reasoning cut from earlier answers.
DISTILL = (
    "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}"
    "{% set ns = namespace(is_first=false, system_prompt='') %}"
    "{%- for message in messages %}{%- if message['role'] == 'system' %}"
    "{% set ns.system_prompt = message['content'] %}{%- endif %}{%- endfor %}"
    "{{ bos_token }}{{ ns.system_prompt }}"
    "{%- for message in messages %}"
    "{%- if message['role'] == 'user' %}{{ '<｜User｜>' + message['content'] }}{%- endif %}"
    "{%- if message['role'] == 'assistant' and message['content'] is not none %}"
    "{% set content = message['content'] %}"
    "{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}"
    "{{ '<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>' }}{%- endif %}"
    "{%- endfor %}"
    "{% if add_generation_prompt %}{{ '<｜Assistant｜>' }}{% endif %}"
)

# Many branches on tools, which are never there; the first message is looked at by index.
QWEN25 = """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- for tool in tools %}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "<|im_end|>\\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nPlease reason step by step, and put your final answer within \\\\boxed{}.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

# Alternation is enforced, the last question is found backwards, Python's string methods are used.
STRICT = """{#- a comment -#}
{%- set ns = namespace(last=0, text="", count=messages|length - 1) -%}
{%- for message in messages[::-1] %}
    {%- set index = (messages | length - 1) - loop.index0 %}
    {%- if message.role == "user" and ns.last == 0 and not (message.content.startswith('<tool>') and message.content.endswith('</tool>')) %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- if messages[0].role == 'system' %}
    {%- set rest = messages[1:] %}
    {%- set system = messages[0].content.strip() ~ "\\n" %}
{%- else %}
    {%- set rest = messages %}
    {%- set system = "" %}
{%- endif %}
{{- bos_token }}{{ system -}}
{%- for message in rest %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('Roles must alternate user/assistant, not ' + message.role) }}
    {%- endif %}
    {%- if message.content is string %}{% set text = message.content %}{% else %}{% set text = '' %}{% endif %}
    {%- if message.role == "assistant" %}
        {%- if '</think>' in text %}
            {%- set thought = text.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set text = text.split('</think>')[-1].lstrip('\\n') %}
            {{- '[' + thought.upper() + ']' }}
        {%- endif %}
    {%- endif %}
    {{- '<' ~ message.role | capitalize ~ loop.index ~ '>' + text.replace('a', 'b') + (eos_token if message.role == 'assistant' else '') }}
{%- endfor %}
{{ ns.last }}{{ ns.count }}
{%- if add_generation_prompt -%}
    <Assistant>
{%- endif %}
"""

CONTROL = """{% macro turn(role, text) %}
[{{ role }}] {{ text }}
{% endmacro %}
{% for message in messages %}
  {% if message.role == 'system' %}{% continue %}{% endif %}
  {% if loop.index > 3 %}{% break %}{% endif %}
{% generation %}
{{ turn(message.role, message.content) }}
{%- endgeneration -%}
{%- for key, value in message.items() %} {{ key }}={{ value }}{% endfor %}{% for key, value in message|items %}{{ key ~ 'not x is y' }}{% endfor %}
{{ {'user': 'U', 'assistant': 'A'}[message.role] }} {{ message.get('name', 'none') }} {{ '-'.join(message.content.split(' ', 1)) }} {{ ','.join(message.content.split()) }} {{ message.content.title() }} {{ "yes" if not undefined_thing else "no" }} {{ 7 // 2 }} {{ 7 % 4 }} {% if not message['role'] is string %}a{% endif %}{% if not 'x' in message.content and not loop.first is none %}not this is{% endif %}
{% endfor %}
end

"""

# As DISTILL with everything a template of R1's family asks about: tool calls, tool answers, blocks in the middle of lines.
REASONER = """{% if not add_generation_prompt is defined -%}
  {%- set add_generation_prompt = false -%}
{%- endif -%}
{%- set state = namespace(calls=false, first=true, system='', count=0) -%}
{%- for message in messages if message['role'] == 'system' -%}
  {%- set state.system = message['content'] if state.first else state.system + '\\n\\n' + message['content'] -%}
  {%- set state.first = false -%}
{%- endfor -%}{{ bos_token }}{{ state.system }}
{%- for message in messages -%}
  {%- if message['role'] == 'user' -%}
    {%- set state.calls = false -%}{{ '<｜User｜>' + message['content'] }}
  {%- endif -%}
  {%- if message['role'] == 'assistant' and message['tool_calls'] -%}
    {%- for tool in message['tool_calls'] -%}
      {%- if not state.calls -%}{{ '<｜Assistant｜><｜tool▁calls｜>' + tool['function']['name'] }}
        {%- set state.calls = true -%}
      {%- else -%}{{ '\\n' + tool['function']['arguments'] | tojson }}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if message['role'] == 'assistant' and message['content'] is not none -%}
    {%- set content = message['content'] -%}
    {%- if '</think>' in content -%}
      {%- set content = (content.split('</think>') | last) -%}
    {%- endif -%}{{ '<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>' }}
    {%- set state.count = state.count + 1 -%}
  {%- endif -%}
  {%- if message['role'] == 'tool' -%}{{ '<｜tool▁output｜>' + message['content'] }}{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt and not state.calls -%}{{ '<｜Assistant｜><think>\\n' if state.count > 0 else '<｜Assistant｜>' }}{%- endif %}
"""

# Headers with a date that may come from outside, from a function, or be fixed; system text taken off the list.
LLAMA = """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined and not strftime_now('%Y') == '' %}
        {%- set date_string = "today" %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Date: " + date_string + "\\n\\n" + system_message + "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {%- set header = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' %}
        {{- header + message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("one tool call at a time") }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""

# No system role, other names of roles, a condition on the loop and what to say if nothing is left of it.
TURNS = """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported: "' ~ messages[0].content.strip() ~ '"') }}{% endif %}
{%- for message in messages if not message.role == 'system' and message.content|length > 0 -%}
{%- if message.role == 'assistant' -%}{% set role = 'model' %}{%- else -%}{% set role = message.role %}{%- endif -%}
{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}
{%- if loop.last %}{{ loop.index }} of {{ loop.length }}{% endif -%}
{% else %}nothing said
{%- endfor -%}
{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"""

# Details in which Jinjava and jinja2 differ or differed.
DETAILS = """{{ messages[0] | tojson }} {{ messages | tojson(indent=2) }}
{% macro count(n) %}{% if n > 0 %}{{ n }} {{ count(n - 1) }}{% endif %}{% endmacro %}{{ count(3) }}
{{ messages[0].content[0] }}{{ messages[0].content[-1] }}{{ messages[0].content[1:3] }}{{ messages[-1].content[:-1] }}
{% if not messages[0].role != 'user' %}user{% endif %}{% if not messages|length > 1 %}one{% endif %}{% if not messages[0].content.strip() == '' %}text{% endif %}
{% for key, value in messages[0].items() if key != 'role' %}{{ key }}{{ 'alone' if loop.first and loop.last }}{% endfor %}
{% for pair in messages[0].items() %}{{ pair[0] }}{% endfor %}{% for message in [] %}{% else %}empty{% endfor %}
{% for message in messages[::-1] if message.role in ['user', 'assistant'] and 'if' != message.content %}{{ loop.revindex }}{{ message.role }}{% endfor %}
{{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ messages | map(attribute='role') | join(', ') }}"""

TURN = [{"role": "user", "content": " What is 2+2?\n"}]
TALK = [
    {"role": "system", "content": "  Be kind. "},
    {"role": "user", "content": "Hi {{ bos_token }} {% if %} <|im_end|> 'quoted' \"twice\" é 😀\\n"},
    {"role": "assistant", "content": "<think>\nwhat a day\n</think>\n\nHello <b>&</b>"},
    {"role": "user", "content": "And\nnow?"},
]
CHATS = {
    "question": (TURN, True),
    "question, no prompt": (TURN, False),
    "talk": (TALK, True),
    "talk ending in an answer": (TALK[:3], False),
    "roles out of order": ([TALK[2], TALK[1]], True),
    "nothing but white space": ([{"role": "user", "content": " \n"}, {"role": "user", "content": ""}], True),
}


def chat_cases():
    cases = []
    templates = {
        "chatml": CHATML,
        "distill": DISTILL,
        "qwen2.5": QWEN25,
        "strict": STRICT,
        "control": CONTROL,
        "reasoner": REASONER,
        "llama": LLAMA,
        "turns": TURNS,
        "details": DETAILS,
    }
    for name, template in templates.items():
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer(models.BPE()), bos_token="<bos>", eos_token="<eos>"
        )
        for chat, (messages, prompt) in CHATS.items():
            case = {
                "name": name + ": " + chat,
                "template": template,
                "messages": messages,
                "add_generation_prompt": prompt,
            }
            try:
                case["expected"] = tokenizer.apply_chat_template(
                    messages, chat_template=template, add_generation_prompt=prompt, tokenize=False
                )
            except Exception as error:
                case["error"] = str(error)
            cases.append(case)
    return cases


def tokenizer_dir(out):
    """A byte-level BPE tokenizer in the shape of Qwen2's, and what it makes of some texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    corpus = ["How many apples are there now? There are 12 apples, and 3 pears, so 15 fruits."] * 4
    tokenizer.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=300,
            special_tokens=["<|bos|>", "<|eos|>", "<|pad|>", "<|User|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.add_tokens(["<think>", "</think>"])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|bos|>",
        eos_token="<|eos|>",
        pad_token="<|pad|>",
        clean_up_tokenization_spaces=False,
    )
    fast.save_pretrained(out)
    texts = [
        "",
        " ",
        "How many apples?",
        "<|bos|><|User|>2+3<think>\nso\n</think>",
        "a<|eos|>b <|eos|>",
        "naïve Ünïcode – 😀 \u0000 \u200b <|eo s|>",
        "\\boxed{7}  \n\n\t.",
    ]
    cases = []
    for text in texts:
        ids = fast.encode(text, add_special_tokens=False)
        cases.append(
            {
                "text": text,
                "ids": ids,
                "decoded": fast.decode(ids),
                "without_special": fast.decode(ids, skip_special_tokens=True),
            }
        )
    (out / "cases.json").write_text(json.dumps(cases, indent=1))


def tensors(out):
    torch.manual_seed(0)
    values = torch.cat([torch.randn(20) * 10.0 ** torch.arange(-10, 10), torch.tensor(
        [0.0, -0.0, 1.0, 65504.0, 65519.9, 65520.0, 1e38, -1e38, 2.0**-14, 2.0**-24, 2.0**-25,
         3 * 2.0**-25, 1 + 2.0**-8, 1 + 3 * 2.0**-8, 1 + 2.0**-11, 1 + 3 * 2.0**-11, 3.4e38,
         float("inf"), float("-inf")])])
    kinds = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "f64": torch.float64}
    file = {name: values.to(kind).reshape(3, 13) for name, kind in kinds.items()}
    file["scalar"] = torch.tensor(2.5)
    file["empty"] = torch.zeros(0, 4)
    file["ids"] = torch.arange(3)
    save_file(file, out / "types.safetensors", metadata={"note": "é"})
    bits = {name: file[name].float().flatten().view(torch.int32).tolist() for name in kinds}
    (out / "types.json").write_text(json.dumps(bits))


def main():
    out = Path(sys.argv[1])
    shutil.rmtree(out, ignore_errors=True)
    (out / "tokenizer").mkdir(parents=True)
    (out / "chats.json").write_text(json.dumps(chat_cases(), indent=1, ensure_ascii=False))
    tokenizer_dir(out / "tokenizer")
    tensors(out)


main()
