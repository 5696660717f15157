# Prefill of prompts, decoding against a preallocated key/value cache, and sampling.
#
# A cache is one tensor [2, R, K, S, d] a layer, keys and values. All rows share a clock: column t holds every row's
# newest token, and row i's own tokens begin at column start[i]. So a step writes one column, rows of different lengths
# live together, and a new row may join at any time with its prompt ending just before t.

def attend_prompts(q: Tensor, kv: Tensor, mask: Optional[Tensor]) -> Tensor:
  """causal attention [N L, H d] of N prompts padded on the left to L tokens; q [N, L, H, d], kv [N, 2 K, L, d]"""
  N, L, H, d, K = q.size(0), q.size(1), q.size(2), q.size(3), kv.size(1) // 2
  n = H // K
  q_ = torch.reshape(torch.permute(torch.reshape(q, [N, L, K, n, d]), [0, 2, 3, 1, 4]), [N * K, n, L, d])
  k_ = torch.expand(torch.reshape(kv[:, :K], [N * K, 1, L, d]), [N * K, n, L, d])
  v_ = torch.expand(torch.reshape(kv[:, K:], [N * K, 1, L, d]), [N * K, n, L, d])
  o = torch.scaled_dot_product_attention(q_, k_, v_, mask, 0., mask is None)
  return torch.reshape(torch.permute(torch.view(o, [N, K, n, L, d]), [0, 3, 1, 2, 4]), [N * L, H * d])

def padding_mask(pad: Tensor, L: int, K: int, dtype: int) -> Optional[Tensor]:
  """[N K, 1, L, L]: causal, and blind to the left padding; a padding token sees itself, lest its row be empty"""
  mask: Optional[Tensor] = None
  if bool(torch.any(torch.gt(pad, 0))):
    at = torch.arange(L, device=pad.device)
    seen = torch.logical_and(torch.le(torch.unsqueeze(at, 0), torch.unsqueeze(at, 1)), torch.unsqueeze(torch.ge(torch.unsqueeze(at, 0), torch.unsqueeze(pad, 1)), 1))
    seen = torch.logical_or(seen, torch.to(torch.eye(L, device=pad.device), 11))
    m = torch.masked_fill(torch.zeros([pad.size(0), L, L], dtype=dtype, device=pad.device), torch.logical_not(seen), float("-inf"))
    mask = torch.unsqueeze(torch.repeat_interleave(m, K, 0), 1)
  return mask

def prefill(w: __torch__.model.Weights, adapters: List[__torch__.model.Adapter], shape: __torch__.model.Shape, cache: List[Tensor], tokens: Tensor, pad: Tensor, slots: Tensor, t: int) -> int:
  """Writes keys and values of N prompts' tokens [N, L], each into all the rows of its group (slots [N, G]), columns t - L to t - 1."""
  N, L, G = tokens.size(0), tokens.size(1), slots.size(1)
  h = torch.embedding(w.embedding, torch.view(tokens, [-1]))
  positions = torch.clamp(torch.sub(torch.unsqueeze(torch.arange(L, device=tokens.device), 0), torch.unsqueeze(pad, 1)), 0)
  cos, sin = __torch__.model.rope_angles(torch.view(positions, [-1]), shape, h.dtype)
  mask = __torch__.sampling.padding_mask(pad, L, shape.kv_heads, h.dtype)
  rows = torch.view(slots, [-1])
  for l in range(len(w.layers)):
    layer, ad, c = w.layers[l], adapters[l], cache[l]
    qkv = torch.view(__torch__.model.attention_inputs(h, layer, ad, shape, cos, sin)[0], [N, L, -1, shape.head_dim])
    q, kv = qkv[:, :, :shape.heads], torch.transpose(qkv[:, :, shape.heads:], 1, 2)
    c[:, :, :, t - L:t].index_copy_(1, rows, torch.transpose(torch.view(torch.repeat_interleave(kv, G, 0), [N * G, 2, -1, L, shape.head_dim]), 0, 1))
    if l + 1 < len(w.layers):
      h = __torch__.model.attention_output(h, __torch__.sampling.attend_prompts(q, kv, mask), layer, ad)[0]
      h = __torch__.model.feed_forward(h, layer, ad, shape)[0]
  return 0

# ------------------------------------------------------------------ sampling
class Filter(NamedTuple):
  temperature : float          # 0: the most likely token
  top_p : float
  min_p : float
  top_k : int

def pick(p: Tensor, u: Tensor) -> Tensor:
  """index [R, 1] of the first entry at which the cumulative sum of p [R, V] exceeds u [R] of its total, 0 <= u < 1"""
  c = torch.cumsum(p, -1)
  return torch.clamp(torch.searchsorted(c, torch.mul(torch.unsqueeze(u, 1), torch.slice(c, -1, -1)), right=True), None, p.size(-1) - 1)

def filters(f: __torch__.sampling.Filter) -> bool:
  return f.top_k > 0 or f.top_p < 1.0 or f.min_p > 0.0

def filtered(p: Tensor, f: __torch__.sampling.Filter) -> Tuple[Tensor, Tensor]:
  """what top-k, top-p and min-p leave of probabilities [R, V], and the tokens they are of, the most likely first"""
  p, order = torch.sort(p, -1, True)
  if f.top_k > 0:
    p = torch.slice(p, -1, 0, f.top_k)
  q = torch.div(p, torch.sum(p, [-1], True))
  if f.top_p < 1.0:
    p = torch.masked_fill(p, torch.ge(torch.sub(torch.cumsum(q, -1), q), f.top_p), 0.)
  if f.min_p > 0.0:
    p = torch.masked_fill(p, torch.lt(p, torch.mul(torch.slice(p, -1, 0, 1), f.min_p)), 0.)
  return (p, order)

def sample(z: Tensor, u: Tensor, banned: Tensor, f: __torch__.sampling.Filter) -> Tuple[Tensor, Tensor]:
  """tokens [R] of float32 logits [R, V], and their log-probabilities at the temperature, before any ban or filter"""
  if f.temperature <= 0.0:
    token = torch.argmax(torch.index_fill(z, 1, banned, float("-inf")), -1, True)
    return (torch.squeeze(token, 1), torch.squeeze(torch.gather(torch.log_softmax(z, -1), 1, token), 1))
  logp = torch.log_softmax(torch.div(z, f.temperature), -1)
  p = torch.index_fill(torch.exp(logp), 1, banned, 0.)
  if __torch__.sampling.filters(f):
    p, order = __torch__.sampling.filtered(p, f)
    token = torch.gather(order, 1, __torch__.sampling.pick(p, u))
  else:
    token = __torch__.sampling.pick(p, u)
  return (torch.squeeze(token, 1), torch.squeeze(torch.gather(logp, 1, token), 1))

def distribution(z: Tensor, banned: Tensor, f: __torch__.sampling.Filter) -> Tensor:
  """the probabilities [R, V] with which sample draws"""
  z = torch.index_fill(z, 1, banned, float("-inf"))
  if f.temperature <= 0.0:
    return torch.scatter(torch.zeros_like(z), 1, torch.argmax(z, -1, True), 1.0)
  p = torch.softmax(torch.div(z, f.temperature), -1)
  if __torch__.sampling.filters(f):
    kept, order = __torch__.sampling.filtered(p, f)
    p = torch.scatter(torch.zeros_like(z), 1, torch.slice(order, -1, 0, kept.size(-1)), kept)
  return torch.div(p, torch.sum(p, [-1], True))

# ------------------------------------------------------------------ decoding
def start_mask(start: Tensor, first: int, S: int, dtype: int) -> Optional[Tensor]:
  """[R, 1, 1, S - first]: hides the columns before each row's start; none needed where all rows start together"""
  mask: Optional[Tensor] = None
  if bool(torch.any(torch.gt(start, first))):
    hidden = torch.lt(torch.unsqueeze(torch.arange(first, S, device=start.device), 0), torch.unsqueeze(start, 1))
    m = torch.masked_fill(torch.zeros([start.size(0), S - first], dtype=dtype, device=start.device), hidden, float("-inf"))
    mask = torch.unsqueeze(torch.unsqueeze(m, 1), 1)
  return mask

def attend_cache(q: Tensor, k: Tensor, v: Tensor, first: int, t: int, mask: Optional[Tensor]) -> Tensor:
  """one query a row, [R, H, d], against columns first to t of the cache's k and v [R, K, S, d]; gives [R, H d]"""
  R, K, S, d, n = k.size(0), k.size(1), k.size(2), k.size(3), t + 1 - first
  k_, v_ = __torch__.model.fast(torch.narrow(k, 2, first, n)), __torch__.model.fast(torch.narrow(v, 2, first, n))
  seen: Optional[Tensor] = None
  if mask is not None:
    seen = torch.narrow(mask, 3, 0, n)
  if k_.dtype != 6 and not k.is_cuda:
    o = torch.scaled_dot_product_attention(torch.view(q, [R, K, -1, d]), k_, v_, seen, 0., False)
    return torch.reshape(o, [R, -1])
  # Two products: with so few queries they take three quarters of the fused operator's time on a CPU; and on a GPU that
  # may be cuDNN's, which is planned anew for each length, 40 ms a step
  k_, v_ = torch.flatten(k_, 0, 1), torch.flatten(v_, 0, 1)
  scores = torch.bmm(torch.reshape(torch.to(q, k_.dtype), [R * K, -1, d]), torch.transpose(k_, 1, 2)).mul_(d ** -0.5)
  if seen is not None:
    scores = torch.view(torch.add(torch.view(scores, [R, K, -1, n]), seen), [R * K, -1, n])
  return torch.to(torch.view(torch.bmm(torch.softmax(scores, -1), v_), [R, -1]), q.dtype)

def decode(w: __torch__.model.Weights, adapters: List[__torch__.model.Adapter], shape: __torch__.model.Shape, cache: List[Tensor], token: Tensor, start: Tensor, uniform: Tensor, banned: Tensor, t: int, f: __torch__.sampling.Filter) -> Tuple[Tensor, Tensor]:
  """Feeds token [R] at column t, samples the next with uniform [R, steps], and so on: tokens and log-probabilities [R, steps]."""
  steps, H, K = uniform.size(1), shape.heads, shape.kv_heads
  first = int(torch.min(start))
  mask = __torch__.sampling.start_mask(start, first, t + steps, __torch__.products.type(w.embedding))
  cos, sin = __torch__.model.rope_angles(torch.sub(torch.unsqueeze(torch.arange(t, t + steps, device=start.device), 1), start), shape, w.embedding.dtype)
  tokens: List[Tensor] = []
  log_probs: List[Tensor] = []
  for i in range(steps):
    h = torch.embedding(w.embedding, token)
    cos_i, sin_i = cos[i], sin[i]
    for l in range(len(w.layers)):
      layer, ad = w.layers[l], adapters[l]
      qkv = __torch__.model.attention_inputs(h, layer, ad, shape, cos_i, sin_i)[0]
      torch.select(cache[l], 3, t + i).copy_(torch.transpose(torch.view(torch.narrow(qkv, 1, H, 2 * K), [-1, 2, K, shape.head_dim]), 0, 1))
      o = __torch__.sampling.attend_cache(torch.narrow(qkv, 1, 0, H), cache[l][0], cache[l][1], first, t + i, mask)
      h = __torch__.model.attention_output(h, o, layer, ad)[0]
      h = __torch__.model.feed_forward(h, layer, ad, shape)[0]
    z = torch.to(__torch__.products.linear(__torch__.model.rms_norm(h, w.norm, shape.norm), w.head, None), 6)
    token, logp = __torch__.sampling.sample(z, uniform[:, i], banned, f)
    tokens.append(token)
    log_probs.append(logp)
  return (torch.stack(tokens, 1), torch.stack(log_probs, 1))
