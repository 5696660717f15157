# The Qwen2 decoder as free functions over named weights.
#
# Letters in shapes: N tokens of a packed group, R rows of a cache, V vocabulary, D hidden size, F intermediate size,
# H query heads, K key/value heads, d head size, r LoRA rank, P prompt length, C completion length, G completions.
# Products go through products.linear, which is chosen for the machine; weights are [out, in] as in torch.nn.Linear.

class Layer(NamedTuple):
  input_norm : Tensor          # [D]
  qkv : List[Tensor]           # one fused [(H + 2K) d, D], or q, k and v apart where the file is mapped, not copied
  qkv_bias : List[Tensor]
  o : Tensor                   # [D, H d]
  post_norm : Tensor           # [D]
  gate_up : List[Tensor]       # one fused [2 F, D], or gate and up apart
  down : Tensor                # [D, F]

class Weights(NamedTuple):
  layers : List[__torch__.model.Layer]
  embedding : Tensor           # [V, D]
  norm : Tensor                # [D]
  head : Tensor                # [V, D], the embedding itself where they are tied

class Shape(NamedTuple):
  heads : int
  kv_heads : int
  head_dim : int
  eps : float
  rope_theta : float

class Adapter(NamedTuple):
  # y = W x + scale B A dropout(x). An absent module has an empty B. Modules that read one input share one stacked A.
  qkv_a : Tensor               # [r · (targets among q, k, v), D]
  qkv_b : List[Tensor]         # q [H d, r], k [K d, r], v [K d, r]
  o_a : Tensor
  o_b : Tensor
  gate_up_a : Tensor
  gate_up_b : List[Tensor]
  down_a : Tensor
  down_b : Tensor
  scale : float                # alpha / r, or alpha / sqrt(r) for rsLoRA
  dropout : float
  seed : int                   # of the dropout's places in this layer

def no_adapter() -> __torch__.model.Adapter:
  e = torch.empty([0])
  return __torch__.model.Adapter(e, [e, e, e], e, e, e, [e, e], e, e, 0., 0., 0)

# ------------------------------------------------------------------ parts of a layer
def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
  return torch.rms_norm(x, [x.size(-1)], weight, eps)

def stacked(x: Tensor, weights: List[Tensor], biases: List[Tensor]) -> Tensor:
  """x W_i^T + b_i side by side: [N, sum of outs]"""
  if len(weights) == 1:
    bias: Optional[Tensor] = None
    if len(biases) > 0:
      bias = biases[0]
    return __torch__.products.linear(x, weights[0], bias)
  out: List[Tensor] = []
  for i in range(len(weights)):
    b: Optional[Tensor] = None
    if len(biases) > 0:
      b = biases[i]
    out.append(__torch__.products.linear(x, weights[i], b))
  return torch.cat(out, -1)

def hash(seed: int, n: int, device: Device) -> Tensor:
  """n pseudo-random int64 >= 0, a pure function of the seed (SplitMix64's finaliser): unlike torch's generator it does
  not depend on which thread asks first, and a recomputed layer (checkpointing) sees the same dropout again"""
  z = torch.add(torch.mul(torch.arange(n, dtype=4, device=device), -7046029254386353131), seed)
  z = torch.mul(torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 30), 17179869183)), -4658895280553007687)
  z = torch.mul(torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 27), 137438953471)), -7723592293110705685)
  return torch.bitwise_and(torch.bitwise_xor(z, torch.bitwise_and(torch.bitwise_right_shift(z, 31), 8589934591)), 9223372036854775807)

def dropout(x: Tensor, p: float, seed: int) -> Tensor:
  """zeroes n (-ln(1 - p)) random places, drawn with replacement, so that each is zero with probability p: twenty times
  cheaper than a draw for every element; the factor 1 / (1 - p) is in the adapter's scale"""
  if p <= 0.0:
    return x
  n = x.numel()
  y = x.clone(memory_format=0)
  y.view(-1).index_fill_(0, torch.remainder(__torch__.model.hash(seed, int(-float(n) * torch.log(1.0 - p)), x.device), n), 0)
  return y

def low_rank(x: Tensor, a: Tensor, ad: __torch__.model.Adapter, site: int) -> Tensor:
  """A dropout(x): [N, r · targets]"""
  return torch.linear(__torch__.model.dropout(x, ad.dropout, ad.seed * 4 + site), torch.to(a, x.dtype))

def adapted(y: Tensor, u: Tensor, b: Tensor, scale: float) -> Tensor:
  """y + scale B u"""
  if y.dim() > 2:
    return torch.add(y, torch.linear(u, torch.to(b, u.dtype)), alpha=scale)
  return torch.addmm(y, u, torch.to(b, u.dtype).t(), alpha=scale)

def adapted_each(y: Tensor, x: Tensor, sizes: List[int], a: Tensor, b: List[Tensor], ad: __torch__.model.Adapter, site: int) -> List[Tensor]:
  """the pieces of a stacked product, each with its own low-rank part"""
  pieces = torch.split_with_sizes(y, sizes, -1)
  if a.numel() == 0:
    return pieces
  u = __torch__.model.low_rank(x, a, ad, site)
  out: List[Tensor] = []
  at = 0
  for i in range(len(b)):
    piece, bi = pieces[i], b[i]
    if bi.numel() > 0:
      r = bi.size(1)
      piece = __torch__.model.adapted(piece, torch.slice(u, -1, at, at + r), bi, ad.scale)
      at += r
    out.append(piece)
  return out

def rope_angles(positions: Tensor, shape: __torch__.model.Shape, dtype: int) -> Tuple[Tensor, Tensor]:
  """cosines and signed sines [.., 1, d] of rotary positions (RoFormer, eq. 34, in the half-split layout of Qwen2)"""
  d = shape.head_dim
  frequency = torch.reciprocal(torch.pow(shape.rope_theta, torch.div(torch.arange(0, d, 2, dtype=6, device=positions.device), float(d))))
  angle = torch.mul(torch.unsqueeze(torch.to(positions, 6), -1), frequency)
  cos, sin = torch.cos(angle), torch.sin(angle)
  return (torch.unsqueeze(torch.to(torch.cat([cos, cos], -1), dtype), -2), torch.unsqueeze(torch.to(torch.cat([torch.neg(sin), sin], -1), dtype), -2))

def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return torch.addcmul(torch.mul(x, cos), torch.roll(x, [x.size(-1) // 2], [-1]), sin)

def attention_inputs(h: Tensor, w: __torch__.model.Layer, ad: __torch__.model.Adapter, shape: __torch__.model.Shape, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  """queries [.., H, d], keys and values [.., K, d] of hidden states h [.., D]"""
  d = shape.head_dim
  q_size, kv_size = shape.heads * d, shape.kv_heads * d
  x = __torch__.model.rms_norm(h, w.input_norm, shape.eps)
  parts = __torch__.model.adapted_each(__torch__.model.stacked(x, w.qkv, w.qkv_bias), x, [q_size, kv_size, kv_size], ad.qkv_a, ad.qkv_b, ad, 0)
  q = __torch__.model.rotate(torch.unflatten(parts[0], -1, [shape.heads, d]), cos, sin)
  k = __torch__.model.rotate(torch.unflatten(parts[1], -1, [shape.kv_heads, d]), cos, sin)
  return (q, k, torch.unflatten(parts[2], -1, [shape.kv_heads, d]))

def attention_output(h: Tensor, o: Tensor, w: __torch__.model.Layer, ad: __torch__.model.Adapter) -> Tensor:
  """h plus the output projection of the attended values o [.., H d]"""
  y = __torch__.products.linear(o, w.o, None)
  if ad.o_b.numel() > 0:
    y = __torch__.model.adapted(y, __torch__.model.low_rank(o, ad.o_a, ad, 1), ad.o_b, ad.scale)
  return torch.add(h, y)

def feed_forward(h: Tensor, w: __torch__.model.Layer, ad: __torch__.model.Adapter, shape: __torch__.model.Shape) -> Tensor:
  """h + W_down (silu(W_gate x) * W_up x) with x = norm(h)"""
  x = __torch__.model.rms_norm(h, w.post_norm, shape.eps)
  no_bias: List[Tensor] = []
  y = __torch__.model.stacked(x, w.gate_up, no_bias)
  f = y.size(-1) // 2
  parts = __torch__.model.adapted_each(y, x, [f, f], ad.gate_up_a, ad.gate_up_b, ad, 2)
  m = torch.mul(torch.silu(parts[0]), parts[1])
  y = __torch__.products.linear(m, w.down, None)
  if ad.down_b.numel() > 0:
    y = __torch__.model.adapted(y, __torch__.model.low_rank(m, ad.down_a, ad, 3), ad.down_b, ad.scale)
  return torch.add(h, y)

# ------------------------------------------------------------------ a group: one prompt, G completions
def group_positions(P: int, C: int, N: int, device: Device) -> Tensor:
  """tokens [P + G C]: the prompt once, then each completion as if it alone followed the prompt"""
  return torch.cat([torch.arange(P, device=device), torch.repeat(torch.arange(P, P + C, device=device), [(N - P) // max(C, 1)])])

def group_mask(P: int, C: int, dtype: int, device: Device) -> Tensor:
  """[C, P + C]: a completion's token sees the prompt, itself and what came before it"""
  return torch.triu(torch.full([C, P + C], float("-inf"), dtype=dtype, device=device), P + 1)

def attend_group(q: Tensor, k: Tensor, v: Tensor, P: int, C: int, mask: Tensor) -> Tensor:
  """causal attention [N, H d] inside a group of N = P + G C tokens; the prompt's keys and values are shared"""
  N, H, d, K = q.size(0), q.size(1), q.size(2), k.size(1)
  n = H // K
  k_prompt, v_prompt = torch.transpose(k[:P], 0, 1), torch.transpose(v[:P], 0, 1)
  q_prompt = torch.permute(torch.view(q[:P], [P, K, n, d]), [1, 2, 0, 3])
  o_prompt = torch.scaled_dot_product_attention(q_prompt, torch.expand(torch.unsqueeze(k_prompt, 1), [K, n, P, d]), torch.expand(torch.unsqueeze(v_prompt, 1), [K, n, P, d]), None, 0., True)
  o_prompt = torch.reshape(torch.permute(o_prompt, [2, 0, 1, 3]), [P, H * d])
  if C == 0:
    return o_prompt
  G, S = (N - P) // C, P + C
  k_all = torch.cat([torch.expand(k_prompt, [G, K, P, d]), torch.transpose(torch.view(k[P:], [G, C, K, d]), 1, 2)], 2)
  v_all = torch.cat([torch.expand(v_prompt, [G, K, P, d]), torch.transpose(torch.view(v[P:], [G, C, K, d]), 1, 2)], 2)
  k_all = torch.expand(torch.view(k_all, [G * K, 1, S, d]), [G * K, n, S, d])
  v_all = torch.expand(torch.view(v_all, [G * K, 1, S, d]), [G * K, n, S, d])
  q_all = torch.reshape(torch.permute(torch.view(q[P:], [G, C, K, n, d]), [0, 2, 3, 1, 4]), [G * K, n, C, d])
  o = torch.scaled_dot_product_attention(q_all, k_all, v_all, mask, 0., False)
  o = torch.reshape(torch.permute(torch.view(o, [G, K, n, C, d]), [0, 3, 1, 2, 4]), [G * C, H * d])
  return torch.cat([o_prompt, o])

def group_layer(h: Tensor, w: __torch__.model.Layer, ad: __torch__.model.Adapter, shape: __torch__.model.Shape, cos: Tensor, sin: Tensor, P: int, C: int, mask: Tensor) -> Tensor:
  q, k, v = __torch__.model.attention_inputs(h, w, ad, shape, cos, sin)
  h = __torch__.model.attention_output(h, __torch__.model.attend_group(q, k, v, P, C, mask), w, ad)
  return __torch__.model.feed_forward(h, w, ad, shape)
