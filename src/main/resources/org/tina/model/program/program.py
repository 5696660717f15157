# The tensor program: what Java calls. Every method takes and gives tensors only; ints are int64 tensors, floats float64.
#
# A trainable policy is one flat float32 vector theta beside the frozen base weights, as told by
#   plan  [kind, rank, seed, sizes...]   kind 0: the base model itself, 1: a LoRA adapter, 2: all parameters
#   scale [scale, dropout]
# theta is [layer 0, layer 1, ..., top]; sizes are the pieces of one layer, in the order that adapter() and full_layer() read.

class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  files : str
  device : str
  dtype : int
  fused : bool
  tied : bool
  heads : int
  kv_heads : int
  head_dim : int
  eps : float
  rope_theta : float
  weights : Optional[__torch__.model.Weights]

  def shape(self: __torch__.Program) -> __torch__.model.Shape:
    D, device = float(self.base().norm.size(0)), torch.device(self.device)
    norm = __torch__.model.Norm(torch.full([1], D ** 0.5, dtype=6, device=device), torch.full([1], (D * self.eps) ** 0.5, dtype=6, device=device))
    return __torch__.model.Shape(self.heads, self.kv_heads, self.head_dim, self.rope_theta, norm)

  def base(self: __torch__.Program) -> __torch__.model.Weights:
    w = self.weights
    assert w is not None, "the weights are not loaded"
    return w

  def ints(self: __torch__.Program, x: Tensor) -> List[int]:
    return annotate(List[int], x.tolist())

  def floats(self: __torch__.Program, x: Tensor) -> List[float]:
    return annotate(List[float], x.tolist())

  def here(self: __torch__.Program, x: Tensor) -> Tensor:
    """a copy on the program's device: Java's arrays are gone after the call"""
    return torch.to(x, torch.device(self.device), x.dtype, False, True)

  # ---------------------------------------------------------------- weights
  def load(self: __torch__.Program, index: Tensor) -> Tensor:
    """index [tensors, 5]: file, dtype, first element, rows, columns (0: a vector), twelve a layer, then embedding, norm, head.
    Files are mapped, not read; only what must change its type, place or neighbours is copied."""
    paths = self.files.split("\n")
    maps: Dict[int, Tensor] = {}
    all: List[Tensor] = []
    for i in range(index.size(0)):
      row = self.ints(index[i])
      key = row[0] * 100 + row[1]
      if key not in maps:
        maps[key] = torch.from_file(paths[row[0]], False, int(self.elements(index, row[0], row[1])), dtype=row[1])
      n = row[3] * max(row[4], 1)
      x = maps[key][row[2]:row[2] + n]
      if row[4] > 0:
        x = torch.view(x, [row[3], row[4]])
      all.append(torch.to(x, torch.device(self.device), self.dtype))
    layers: List[__torch__.model.Layer] = []
    L = (len(all) - 2) // 12
    for l in range(L):
      p = all[12 * l:12 * l + 12]
      qkv, bias, gate_up = p[1:4], p[4:7], p[9:11]
      if self.fused:
        qkv, bias, gate_up = [torch.cat(qkv)], [torch.cat(bias)], [torch.cat(gate_up)]
      layers.append(__torch__.model.Layer(p[0], qkv, bias, p[7], p[8], gate_up, p[11]))
    top = all[12 * L:]
    self.weights = __torch__.model.Weights(layers, top[0], top[1], top[0] if self.tied else top[2])
    return torch.zeros([0])

  def elements(self: __torch__.Program, index: Tensor, file: int, dtype: int) -> int:
    """how far into the file its tensors of this type reach"""
    end = 0
    for i in range(index.size(0)):
      row = self.ints(index[i])
      if row[0] == file and row[1] == dtype:
        end = max(end, row[2] + row[3] * max(row[4], 1))
    return end

  # ---------------------------------------------------------------- the trainable vector
  def adapter(self: __torch__.Program, th: Tensor, plan: List[int], scale: List[float], random: List[Tensor], dtype: int) -> __torch__.model.Adapter:
    D, Hd, Kd, F = self.widths()
    p = torch.split_with_sizes(torch.to(th, dtype), plan[3:])
    s = scale[0] if len(random) == 0 else scale[0] / (1. - scale[1])
    return __torch__.model.Adapter(
        __torch__.model.low_rank(p[0], D, p[1:4], [Hd, Kd, Kd], s), __torch__.model.low_rank(p[4], Hd, p[5:6], [D], s),
        __torch__.model.low_rank(p[6], D, p[7:9], [F, F], s), __torch__.model.low_rank(p[9], F, p[10:11], [D], s), random)

  def widths(self: __torch__.Program) -> Tuple[int, int, int, int]:
    """D, H d, K d and F"""
    return (self.base().norm.size(0), self.heads * self.head_dim, self.kv_heads * self.head_dim, self.base().layers[0].down.size(1))

  def full_layer(self: __torch__.Program, th: Tensor, plan: List[int]) -> __torch__.model.Layer:
    D = self.base().embedding.size(1)
    p: List[Tensor] = []
    for x in torch.split_with_sizes(th, plan[3:]):
      p.append(torch.to(x, self.dtype))
    return __torch__.model.Layer(p[0], [torch.view(p[1], [-1, D])], [p[2]], torch.view(p[3], [D, -1]), p[4], [torch.view(p[5], [-1, D])], torch.view(p[6], [D, -1]))

  def layer_size(self: __torch__.Program, plan: List[int]) -> int:
    return __torch__.model.total(plan[3:])

  def layer_thetas(self: __torch__.Program, theta: Tensor, plan: List[int]) -> List[Tensor]:
    n, L = self.layer_size(plan), len(self.base().layers)
    return torch.unbind(torch.view(theta[:n * L], [L, n]))

  def full_top(self: __torch__.Program, theta: Tensor, plan: List[int]) -> List[Tensor]:
    """embedding, norm and head of a full policy"""
    e, n = self.base().embedding, self.layer_size(plan) * len(self.base().layers)
    V, D = e.size(0), e.size(1)
    embedding, norm = torch.view(theta[n:n + V * D], [V, D]), theta[n + V * D:n + V * D + D]
    rest = theta[n + V * D + D:]
    return [embedding, norm, embedding if self.tied else torch.view(rest, [V, D])]

  def adapters(self: __torch__.Program, theta: Tensor, plan: List[int], scale: List[float], dtype: int, N: int) -> List[__torch__.model.Adapter]:
    """an adapter a layer; with dropout on N tokens, or without where N is 0"""
    L = len(self.base().layers)
    if plan[0] != 1:
      return [__torch__.model.no_adapter()] * L
    sizes: List[int] = []
    if N > 0 and scale[1] > 0.:
      D, Hd, _, F = self.widths()
      for width in [D, Hd, D, F]:
        sizes.append(int(-float(N * width) * torch.log(1. - scale[1])))
    n = __torch__.model.total(sizes)
    random = torch.view(__torch__.model.hash(plan[2], L * n, theta.device), [L, n])
    out: List[__torch__.model.Adapter] = []
    for l, th in enumerate(self.layer_thetas(theta, plan)):
      places = annotate(List[Tensor], [])
      if n > 0:
        places = torch.split_with_sizes(random[l], sizes)
      out.append(self.adapter(th, plan, scale, places, dtype))
    return out

  def weights_of(self: __torch__.Program, theta: Tensor, plan: List[int]) -> __torch__.model.Weights:
    """the weights a policy runs on: its own where all parameters learn, else the base model's"""
    base = self.base()
    if plan[0] != 2:
      return base
    layers: List[__torch__.model.Layer] = []
    for th in self.layer_thetas(theta, plan):
      layers.append(self.full_layer(th, plan))
    top = self.full_top(theta, plan)
    return __torch__.model.Weights(layers, torch.to(top[0], self.dtype), torch.to(top[1], self.dtype), torch.to(top[2], self.dtype))

  def flatten(self: __torch__.Program) -> Tensor:
    """all parameters of the base model as a full policy's theta"""
    w = self.base()
    out: List[Tensor] = []
    for l in w.layers:
      for part in [[l.input_norm], l.qkv, l.qkv_bias, [l.o, l.post_norm], l.gate_up, [l.down]]:
        for x in part:
          out.append(torch.to(torch.flatten(x), 6))
    out.append(torch.to(torch.flatten(w.embedding), 6))
    out.append(torch.to(w.norm, 6))
    if not self.tied:
      out.append(torch.to(torch.flatten(w.head), 6))
    return torch.cat(out)

  # ---------------------------------------------------------------- merging
  def merge(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor) -> List[Tensor]:
    """The policy with its adapter folded in, W + scale B A, as a flat list: per layer input norm, qkv, biases, o, post norm,
    gate and up, down; then embedding, norm, head. What the adapter does not touch is shared, not copied."""
    plan, scale = self.ints(plan_), self.floats(scale_)
    w = self.weights_of(theta, plan)
    out: List[Tensor] = []
    for l, ad in enumerate(self.adapters(theta, plan, scale, 6, 0)):
      y = w.layers[l]
      out.append(y.input_norm)
      out.extend(self.merged(y.qkv, ad.qkv))
      out.extend(y.qkv_bias)
      out.extend(self.merged([y.o], ad.o))
      out.append(y.post_norm)
      out.extend(self.merged(y.gate_up, ad.gate_up))
      out.extend(self.merged([y.down], ad.down))
    out.extend([w.embedding, w.norm, w.head])
    return out

  def merged(self: __torch__.Program, weights: List[Tensor], low: __torch__.model.LowRank) -> List[Tensor]:
    """W + B A in W's type; stacked or apart, the Bs belong to the rows in their order"""
    if low.a.size(0) == 0:
      return weights
    out: List[Tensor] = []
    for w in weights:
      out.append(torch.to(w, 6, False, True))
    i, row, at = 0, 0, 0
    for b in low.b:
      torch.narrow(out[i], 0, row, b.size(0)).addmm_(b, torch.narrow(low.a, 0, at, b.size(1)))
      at += b.size(1)
      row += b.size(0)
      if row == out[i].size(0):
        i, row = i + 1, 0
    done: List[Tensor] = []
    for x in out:
      done.append(torch.to(x, weights[0].dtype))
    return done

  def pack(self: __torch__.Program, flat: List[Tensor]) -> List[Tensor]:
    """merge's list for decoding: side by side what stood apart, and large matrices laid out as products of few rows read
    them, which then take half the time"""
    w = self.weights_from(flat)
    out: List[Tensor] = []
    for l in w.layers:
      out.extend([l.input_norm, self.packed(torch.cat(l.qkv)), torch.cat(l.qkv_bias), self.packed(l.o), l.post_norm, self.packed(torch.cat(l.gate_up)), self.packed(l.down)])
    out.extend([w.embedding, w.norm, self.packed(w.head)])
    return out

  def packed(self: __torch__.Program, w: Tensor) -> Tensor:
    return __torch__.products.packed(w, 32) if w.numel() > 32768 else w

  def weights_from(self: __torch__.Program, flat: List[Tensor]) -> __torch__.model.Weights:
    """the inverse of merge's list"""
    L = len(self.base().layers)
    n = (len(flat) - 3) // L
    f = 1 if n == 7 else 3
    g = 1 if n == 7 else 2
    layers: List[__torch__.model.Layer] = []
    for l in range(L):
      p = flat[n * l:n * l + n]
      layers.append(__torch__.model.Layer(p[0], p[1:1 + f], p[1 + f:1 + 2 * f], p[1 + 2 * f], p[2 + 2 * f], p[3 + 2 * f:3 + 2 * f + g], p[3 + 2 * f + g]))
    return __torch__.model.Weights(layers, flat[-3], flat[-2], flat[-1])

  # ---------------------------------------------------------------- for Java's decoder
  def vector(self: __torch__.Program, vectors: List[Tensor]) -> Tensor:
    return torch.to(torch.cat(vectors), 6)

  def low_ranks(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor) -> List[Tensor]:
    """an adapter's A and B of the four products of each layer; products that share an input have one A, and a B that is zero
    where one's rank meets another's output"""
    out: List[Tensor] = []
    for ad in self.adapters(theta, self.ints(plan_), self.floats(scale_), 6, 0):
      for low in [ad.qkv, ad.o, ad.gate_up, ad.down]:
        out.extend([low.a, torch.block_diag(low.b)])
    return out

  # ---------------------------------------------------------------- a group: P prompt tokens, then completions of C tokens
  def states(self: __torch__.Program, theta: Tensor, plan: List[int], scale: List[float], w: __torch__.model.Weights, tokens: Tensor, P: int, C: int) -> Tensor:
    device, shape = tokens.device, self.shape()
    h = torch.embedding(w.embedding, tokens)
    cos, sin = __torch__.model.rope_angles(__torch__.model.group_positions(P, C, tokens.size(0), device), shape, h.dtype)
    mask = __torch__.model.group_mask(P, C, __torch__.products.type(h), device)
    for l, ad in enumerate(self.adapters(theta, plan, scale, self.dtype, 0)):
      h = __torch__.model.group_layer(h, w.layers[l], ad, shape, cos, sin, P, C, mask, False)[0]
    return h

  def final_states(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, group: Tensor, tokens: Tensor, rows: Tensor) -> Tuple[Tensor, Tensor]:
    """what the head [V, D] makes logits of: the normed states [M, D] at the given rows; group [P, C, ...]"""
    plan, pc = self.ints(plan_), self.ints(group)
    w = self.weights_of(theta, plan)
    h = self.states(theta, plan, self.floats(scale_), w, self.here(tokens), pc[0], pc[1])
    return (__torch__.model.rms_norm(torch.index_select(h, 0, self.here(rows)), w.norm, self.shape().norm), w.head)

  def logits(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, group: Tensor, tokens: Tensor, rows: Tensor) -> Tensor:
    """float32 logits [M, V] at the given rows; group [P, C]"""
    x, head = self.final_states(theta, plan_, scale_, group, tokens, rows)
    return torch.to(__torch__.products.linear(x, head, None), torch.device("cpu"), 6)

  def log_probs(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, group: Tensor, tokens: Tensor, rows: Tensor, targets: Tensor, temperature: Tensor) -> Tensor:
    """[M] log-probabilities of targets [M], read at rows [M]; group [P, C, chunk]"""
    x, head = self.final_states(theta, plan_, scale_, group, tokens, rows)
    return torch.to(__torch__.learning.log_probs(x, head, self.here(targets), float(temperature), self.ints(group)[2]), torch.device("cpu"), 6)

  def scores(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, group: Tensor, tokens: Tensor, rows: Tensor, targets: Tensor, temperature: Tensor) -> Tensor:
    """[2, M] log-probabilities of targets [M], and entropies, read at rows [M]; group [P, C, chunk]"""
    x, head = self.final_states(theta, plan_, scale_, group, tokens, rows)
    return torch.to(__torch__.learning.scores(x, head, self.here(targets), float(temperature), self.ints(group)[2]), torch.device("cpu"), 6)

  def gradient(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, group: Tensor, tokens_: Tensor, rows_: Tensor, targets: Tensor, advantages: Tensor, token_weights: Tensor, ref: Tensor, old: Tensor, objective: Tensor) -> List[Tensor]:
    """Gradient [theta] of the sum of weight * token_loss over one group, and statistics [6] (learning.statistics).
    group [P, C, chunk, checkpointing]; rows, targets, advantages, weights [M]; ref and old [M] or empty.

    With checkpointing only each layer's input [N, D] is kept, and the layer computed again when its turn comes."""
    plan, scale, pc, o_ = self.ints(plan_), self.floats(scale_), self.ints(group), self.floats(objective)
    P, C, checkpointing, full = pc[0], pc[1], pc[3] > 0, plan[0] == 2
    o = __torch__.learning.Objective(o_[0], o_[1], o_[2], o_[3], o_[4])
    w, ads, shape = self.weights_of(theta, plan), self.adapters(theta, plan, scale, self.dtype, tokens_.size(0)), self.shape()
    tokens, rows = self.here(tokens_), self.here(rows_)
    h = torch.embedding(w.embedding, tokens)
    cos, sin = __torch__.model.rope_angles(__torch__.model.group_positions(P, C, tokens.size(0), tokens.device), shape, h.dtype)
    mask = __torch__.model.group_mask(P, C, __torch__.products.type(h), tokens.device)

    inputs: List[Tensor] = []
    tapes: List[__torch__.model.Tape] = []
    for l in range(len(w.layers)):
      y, tape = __torch__.model.group_layer(h, w.layers[l], ads[l], shape, cos, sin, P, C, mask, not checkpointing)
      if checkpointing:
        inputs.append(h)
      else:
        tapes.append(tape)
      h = y

    states = torch.index_select(h, 0, rows)
    norm = __torch__.model.normed(states, shape.norm)
    dx, dhead, stats = __torch__.learning.head_gradient(torch.mul(norm.unit, w.norm), w.head, self.here(targets), self.here(advantages), self.here(token_weights), self.here(ref), self.here(old), o, pc[2], full)
    dh = torch.index_add(torch.zeros_like(h), 0, rows, __torch__.learning.norm_backward(dx, norm, w.norm))

    gradient = torch.empty_like(theta)
    n, L = self.layer_size(plan), len(w.layers)
    for i in range(L):
      l = L - 1 - i
      if checkpointing:
        tape = __torch__.model.group_layer(inputs.pop(), w.layers[l], ads[l], shape, cos, sin, P, C, mask, True)[1]
      else:
        tape = tapes.pop()
      dh, grads = __torch__.learning.layer_backward(dh, tape, w.layers[l], ads[l], cos, sin, full)
      self.write(gradient[l * n:l * n + n], grads)
    if full:
      dembedding = torch.index_add(torch.zeros_like(w.embedding, dtype=6), 0, tokens, torch.to(dh, 6))
      dnorm = torch.sum(torch.mul(dx, norm.unit), [0])
      self.write(gradient[L * n:], [dembedding.add_(dhead), dnorm] if self.tied else [dembedding, dnorm, dhead])
    return [gradient, torch.to(stats, torch.device("cpu"), 6)]

  def write(self: __torch__.Program, to: Tensor, pieces: List[Tensor]) -> int:
    at = 0
    for x in pieces:
      to[at:at + x.numel()].copy_(torch.flatten(x))
      at += x.numel()
    return at

  # ---------------------------------------------------------------- updating
  def zeros(self: __torch__.Program, like: Tensor) -> Tensor:
    return torch.zeros_like(like)

  def add(self: __torch__.Program, sum: Tensor, x: Tensor) -> Tensor:
    sum.add_(x)
    return torch.zeros([0])

  def take(self: __torch__.Program, values: Tensor) -> Tensor:
    """a float32 vector of Java's on the program's device"""
    return torch.to(values, torch.device(self.device), 6, False, True)

  def give(self: __torch__.Program, x: Tensor) -> Tensor:
    return torch.to(x, torch.device("cpu"), 6, False, True)

  def give_rows(self: __torch__.Program, x: Tensor, range: Tensor) -> Tensor:
    r = self.ints(range)
    return self.give(x[r[0]:r[1]])

  def adamw(self: __torch__.Program, theta: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, decay: Tensor, hyper: Tensor) -> Tensor:
    """hyper [step, learning rate, beta1, beta2, eps, largest norm]"""
    h = self.floats(hyper)
    return torch.to(__torch__.learning.adamw(theta, gradient, mean, square, self.take(decay), int(h[0]), h[1], h[2], h[3], h[4], h[5]), torch.device("cpu"), 6)

  # ---------------------------------------------------------------- sampling
  def cache(self: __torch__.Program, size: Tensor) -> Tensor:
    """an empty cache [2, R, K, S, d] of one layer; size [R, S]"""
    s = self.ints(size)
    return torch.zeros([2, s[0], self.kv_heads, s[1], self.head_dim], dtype=self.dtype, device=torch.device(self.device))

  def move(self: __torch__.Program, c: Tensor, rows: Tensor, window: Tensor) -> Tensor:
    """a cache of the given rows (-1: an empty one), holding columns [from, to) at its beginning; window [from, to, S]"""
    n = self.ints(window)
    out = torch.zeros([2, rows.size(0), c.size(2), n[2], c.size(4)], dtype=c.dtype, device=c.device)
    at = torch.squeeze(torch.nonzero(torch.ge(rows, 0)), 1)
    if at.numel() > 0:
      out[:, :, :, :n[1] - n[0]].index_copy_(1, self.here(at), torch.index_select(c[:, :, :, n[0]:n[1]], 1, self.here(rows[at])))
    return out

  def prefill(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, weights: List[Tensor], cache: List[Tensor], tokens: Tensor, pad: Tensor, slots: Tensor, t: Tensor) -> Tensor:
    plan, scale = self.ints(plan_), self.floats(scale_)
    __torch__.sampling.prefill(self.weights_from(weights), self.adapters(theta, plan, scale, self.dtype, 0), self.shape(), cache, self.here(tokens), self.here(pad), self.here(slots), int(t))
    return torch.zeros([0])

  def decode(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, weights: List[Tensor], cache: List[Tensor], token: Tensor, start: Tensor, uniform: Tensor, banned: Tensor, t: Tensor, filter: Tensor) -> List[Tensor]:
    """filter [temperature, top_p, min_p, top_k]; gives tokens and log-probabilities [R, steps]"""
    plan, scale, f = self.ints(plan_), self.floats(scale_), self.floats(filter)
    tokens, log_probs = __torch__.sampling.decode(self.weights_from(weights), self.adapters(theta, plan, scale, self.dtype, 0), self.shape(), cache, self.here(token), self.here(start), self.here(uniform), self.here(banned), int(t), __torch__.sampling.Filter(f[0], f[1], f[2], int(f[3])))
    cpu = torch.device("cpu")
    return [torch.to(tokens, cpu, 4), torch.to(log_probs, cpu, 6)]

  def distribution(self: __torch__.Program, logits: Tensor, banned: Tensor, filter: Tensor) -> Tensor:
    """probabilities [V] of the next token for logits [V]; filter as in decode"""
    f = self.floats(filter)
    return torch.squeeze(__torch__.sampling.distribution(torch.unsqueeze(logits, 0), banned, __torch__.sampling.Filter(f[0], f[1], f[2], int(f[3]))), 0)
