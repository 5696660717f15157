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

class Norm(NamedTuple):
  # of hidden states, float32 [1]; tensors, as a scalar operand costs a conversion each time
  root : Tensor                # sqrt(D)
  floor : Tensor               # sqrt(D eps): epsilon as a length

class Shape(NamedTuple):
  heads : int
  kv_heads : int
  head_dim : int
  rope_theta : float
  norm : __torch__.model.Norm

class LowRank(NamedTuple):
  # y += B A dropout(x) of modules that read the same input: their As stacked, a B each
  a : Tensor                   # [r · targets, in], scaled by alpha / r; [0, in] where none is adapted
  b : List[Tensor]             # [out, r] each; [out, 0] for a module that is not adapted
  scale : float                # what a is scaled by

class Adapter(NamedTuple):
  qkv : __torch__.model.LowRank
  o : __torch__.model.LowRank
  gate_up : __torch__.model.LowRank
  down : __torch__.model.LowRank
  random : List[Tensor]        # int64 of at least 0, for the dropout's places in the inputs of the four; empty for no dropout

class Normed(NamedTuple):
  unit : Tensor                # [N, D] the input over its root mean square
  rms : Tensor                 # [N, 1] that root mean square, float32

class Dropped(NamedTuple):
  u : Tensor                   # [N, r · targets] A dropout(x)
  places : Tensor              # [n] the places in x that the dropout made zero

class Tape(NamedTuple):
  # what the backward pass of a layer needs
  norm1 : __torch__.model.Normed
  q : Tensor                   # [N, H, d], [N, K, d], [N, K, d]: leaves of autograd's graph for attention,
  k : Tensor
  v : Tensor
  o : Tensor                   # [N, H d] its result
  norm2 : __torch__.model.Normed
  gate_up : Tensor             # [N, 2 F]
  low : List[__torch__.model.Dropped]  # of qkv, o, gate_up, down

def low_rank(a: Tensor, width: int, bs: List[Tensor], outs: List[int], scale: float) -> __torch__.model.LowRank:
  """from flat pieces of theta"""
  out: List[Tensor] = []
  for i, b in enumerate(bs):
    out.append(torch.view(b, [outs[i], b.numel() // outs[i]]))
  return __torch__.model.LowRank(torch.mul(torch.view(a, [a.numel() // width, width]), scale), out, scale)

def no_adapter() -> __torch__.model.Adapter:
  none = __torch__.model.LowRank(torch.empty([0, 0]), annotate(List[Tensor], []), 0.)
  return __torch__.model.Adapter(none, none, none, none, annotate(List[Tensor], []))

# ------------------------------------------------------------------ parts of a layer
def normed(x: Tensor, n: __torch__.model.Norm) -> __torch__.model.Normed:
  """x / rms with rms = sqrt(mean(x^2) + eps) = |(|x|, sqrt(D eps))| / sqrt(D): half the operations of torch.rms_norm"""
  rms = torch.hypot(torch.linalg_vector_norm(x, 2, [-1], True, dtype=6), n.floor).div_(n.root)
  return __torch__.model.Normed(torch.to(torch.div(x, rms), x.dtype), rms)

def rms_norm(x: Tensor, weight: Tensor, n: __torch__.model.Norm) -> Tensor:
  return torch.mul(__torch__.model.normed(x, n).unit, weight)

def fast(x: Tensor) -> Tensor:
  """x in the type in which this machine multiplies"""
  return torch.to(x, __torch__.products.type(x))

def mm(x: Tensor, y: Tensor) -> Tensor:
  """x y, of gradients and of matrices that learn"""
  return torch.to(torch.mm(__torch__.model.fast(x), __torch__.model.fast(y)), x.dtype)

def add_(y: Tensor, x: Tensor, w: Tensor) -> Tensor:
  """y += x W^T"""
  if __torch__.products.type(y) == y.dtype:
    return y.addmm_(x, torch.t(w))
  return y.add_(__torch__.products.linear(x, w, None))

def stacked(x: Tensor, weights: List[Tensor], biases: List[Tensor]) -> Tensor:
  """x W_i^T + b_i side by side: [N, sum of outs]"""
  out: List[Tensor] = []
  for i in range(len(weights)):
    bias: Optional[Tensor] = None
    if len(biases) > 0:
      bias = biases[i]
    out.append(__torch__.products.linear(x, weights[i], bias))
  return out[0] if len(out) == 1 else torch.cat(out, -1)

def total(sizes: List[int]) -> int:
  n = 0
  for s in sizes:
    n += s
  return n

def hash(seed: int, n: int, device: Device) -> Tensor:
  """n pseudo-random int64 >= 0, a pure function of the seed (SplitMix64's finaliser): unlike torch's generator it does
  not depend on which thread asks first, and a recomputed layer (checkpointing) sees the same dropout again"""
  z = torch.arange(n, dtype=4, device=device).mul_(-7046029254386353131).add_(seed)
  z.bitwise_xor_(torch.bitwise_right_shift(z, 30).bitwise_and_(17179869183)).mul_(-4658895280553007687)
  z.bitwise_xor_(torch.bitwise_right_shift(z, 27).bitwise_and_(137438953471)).mul_(-7723592293110705685)
  return z.bitwise_xor_(torch.bitwise_right_shift(z, 31).bitwise_and_(8589934591)).bitwise_and_(9223372036854775807)

def zeroed(x: Tensor, places: Tensor) -> Tensor:
  """x with zeros at the places, dropout(x) but for its factor 1 / (1 - p), which is in LowRank.a. Of x's n values
  n (-ln(1 - p)) are drawn with replacement, so that each is zero with probability p: twenty times cheaper than a draw each"""
  y = x.clone(memory_format=0)
  y.view(-1).index_fill_(0, places, 0)
  return y

def adapt(y: Tensor, x: Tensor, low: __torch__.model.LowRank, ad: __torch__.model.Adapter, site: int) -> __torch__.model.Dropped:
  """y [N, outs] += B A dropout(x), in place"""
  if low.a.size(0) == 0:
    return __torch__.model.Dropped(low.a, low.a)
  places = torch.empty([0], dtype=4)
  if len(ad.random) > 0:
    places = torch.remainder(ad.random[site], x.numel())
    x = __torch__.model.zeroed(x, places)
  u = __torch__.products.linear(x, low.a, None)
  at, out = 0, 0
  for b in low.b:
    if b.size(1) > 0:
      __torch__.model.add_(torch.narrow(y, 1, out, b.size(0)), torch.narrow(u, 1, at, b.size(1)), b)
    at += b.size(1)
    out += b.size(0)
  return __torch__.model.Dropped(u, places)

def rope_angles(positions: Tensor, shape: __torch__.model.Shape, dtype: int) -> Tuple[Tensor, Tensor]:
  """cosines and signed sines [.., H + 2K, d] of rotary positions (RoFormer, eq. 34, in the half-split layout of Qwen2);
  values turn by nothing, so that queries, keys and values go through one operation"""
  d, H, K = shape.head_dim, shape.heads, shape.kv_heads
  frequency = torch.reciprocal(torch.pow(shape.rope_theta, torch.div(torch.arange(0, d, 2, dtype=6, device=positions.device), float(d))))
  angle = torch.unsqueeze(torch.mul(torch.unsqueeze(torch.to(positions, 6), -1), frequency), -2)
  heads = torch.unsqueeze(torch.lt(torch.arange(H + 2 * K, device=positions.device), H + K), 1)
  angle = torch.mul(angle, heads)
  cos, sin = torch.cos(angle), torch.sin(angle)
  return (torch.to(torch.cat([cos, cos], -1), dtype), torch.to(torch.cat([torch.neg(sin), sin], -1), dtype))

def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return torch.addcmul(torch.mul(x, cos), torch.roll(x, [x.size(-1) // 2], [-1]), sin)

def attention_inputs(h: Tensor, w: __torch__.model.Layer, ad: __torch__.model.Adapter, shape: __torch__.model.Shape, cos: Tensor, sin: Tensor) -> Tuple[Tensor, __torch__.model.Normed, __torch__.model.Dropped]:
  """queries, keys and values [N, H + 2K, d] of hidden states h [N, D]; and the tape's share"""
  norm = __torch__.model.normed(h, shape.norm)
  x = torch.mul(norm.unit, w.input_norm)
  y = __torch__.model.stacked(x, w.qkv, w.qkv_bias)
  low = __torch__.model.adapt(y, x, ad.qkv, ad, 0)
  return (__torch__.model.rotate(torch.view(y, [-1, shape.heads + 2 * shape.kv_heads, shape.head_dim]), cos, sin), norm, low)

def attention_output(h: Tensor, o: Tensor, w: __torch__.model.Layer, ad: __torch__.model.Adapter) -> Tuple[Tensor, __torch__.model.Dropped]:
  """h plus the output projection of the attended values o [N, H d]; and the tape's share"""
  y = __torch__.products.plus(h, o, w.o)
  return (y, __torch__.model.adapt(y, o, ad.o, ad, 1))

def feed_forward(h: Tensor, w: __torch__.model.Layer, ad: __torch__.model.Adapter, shape: __torch__.model.Shape) -> Tuple[Tensor, __torch__.model.Normed, Tensor, List[__torch__.model.Dropped]]:
  """h + W_down (silu(W_gate x) * W_up x) with x = norm(h); and the tape's share"""
  norm = __torch__.model.normed(h, shape.norm)
  x = torch.mul(norm.unit, w.post_norm)
  gate_up = __torch__.model.stacked(x, w.gate_up, annotate(List[Tensor], []))
  low = __torch__.model.adapt(gate_up, x, ad.gate_up, ad, 2)
  gate, up = torch.chunk(gate_up, 2, -1)
  m = torch.silu(gate).mul_(up)
  y = __torch__.products.plus(h, m, w.down)
  return (y, norm, gate_up, [low, __torch__.model.adapt(y, m, ad.down, ad, 3)])

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

def group_layer(h: Tensor, w: __torch__.model.Layer, ad: __torch__.model.Adapter, shape: __torch__.model.Shape, cos: Tensor, sin: Tensor, P: int, C: int, mask: Tensor, learn: bool) -> Tuple[Tensor, __torch__.model.Tape]:
  """the layer's output [N, D] and, where it learns, what its backward pass needs"""
  qkv, norm1, low1 = __torch__.model.attention_inputs(h, w, ad, shape, cos, sin)
  q, k, v = torch.split_with_sizes(__torch__.model.fast(qkv), [shape.heads, shape.kv_heads, shape.kv_heads], 1)
  if learn:
    q, k, v = q.detach().requires_grad_(), k.detach().requires_grad_(), v.detach().requires_grad_()
  torch.set_grad_enabled(learn)
  o = __torch__.model.attend_group(q, k, v, P, C, mask)
  torch.set_grad_enabled(False)
  h2, low2 = __torch__.model.attention_output(h, torch.to(o.detach(), h.dtype), w, ad)
  h3, norm2, gate_up, low3 = __torch__.model.feed_forward(h2, w, ad, shape)
  return (h3, __torch__.model.Tape(norm1, q, k, v, o, norm2, gate_up, [low1, low2] + low3))
