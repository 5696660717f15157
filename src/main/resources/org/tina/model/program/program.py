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
    return __torch__.model.Shape(self.heads, self.kv_heads, self.head_dim, self.eps, self.rope_theta)

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
  def adapter(self: __torch__.Program, th: Tensor, plan: List[int], scale: List[float], l: int) -> __torch__.model.Adapter:
    r, sizes = plan[1], plan[3:]
    D = self.base().embedding.size(1)
    p = torch.split_with_sizes(th, sizes)
    b: List[Tensor] = []
    for i in [1, 2, 3, 5, 7, 8, 10]:
      b.append(torch.view(p[i], [sizes[i] // r, r]))
    return __torch__.model.Adapter(torch.view(p[0], [sizes[0] // D, D]), b[0:3], torch.view(p[4], [r, sizes[4] // r]), b[3],
        torch.view(p[6], [sizes[6] // D, D]), b[4:6], torch.view(p[9], [r, sizes[9] // r]), b[6], scale[0] / (1. - scale[1]), scale[1], plan[2] * 1000 + l)

  def full_layer(self: __torch__.Program, th: Tensor, plan: List[int]) -> __torch__.model.Layer:
    D = self.base().embedding.size(1)
    p: List[Tensor] = []
    for x in torch.split_with_sizes(th, plan[3:]):
      p.append(torch.to(x, self.dtype))
    return __torch__.model.Layer(p[0], [torch.view(p[1], [-1, D])], [p[2]], torch.view(p[3], [D, -1]), p[4], [torch.view(p[5], [-1, D])], torch.view(p[6], [D, -1]))

  def layer_size(self: __torch__.Program, plan: List[int]) -> int:
    n = 0
    for s in plan[3:]:
      n += s
    return n

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

  def adapters(self: __torch__.Program, theta: Tensor, plan: List[int], scale: List[float]) -> List[__torch__.model.Adapter]:
    out: List[__torch__.model.Adapter] = []
    if plan[0] == 1:
      for l, th in enumerate(self.layer_thetas(theta, plan)):
        out.append(self.adapter(th, plan, scale, l))
    else:
      for l in range(len(self.base().layers)):
        out.append(__torch__.model.no_adapter())
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
    scale[1] = 0.
    w = self.weights_of(theta, plan)
    out: List[Tensor] = []
    for l, ad in enumerate(self.adapters(theta, plan, scale)):
      y = w.layers[l]
      out.append(y.input_norm)
      out.extend(self.merged(y.qkv, ad.qkv_a, ad.qkv_b, ad.scale))
      out.extend(y.qkv_bias)
      out.extend(self.merged([y.o], ad.o_a, [ad.o_b], ad.scale))
      out.append(y.post_norm)
      out.extend(self.merged(y.gate_up, ad.gate_up_a, ad.gate_up_b, ad.scale))
      out.extend(self.merged([y.down], ad.down_a, [ad.down_b], ad.scale))
    out.extend([w.embedding, w.norm, w.head])
    return out

  def merged(self: __torch__.Program, weights: List[Tensor], a: Tensor, bs: List[Tensor], scale: float) -> List[Tensor]:
    if a.numel() == 0:
      return weights
    fused = len(weights) < len(bs)
    out: List[Tensor] = []
    for x in weights:
      out.append(torch.to(x, 6, False, True))
    at, row = 0, 0
    H, K = self.heads * self.head_dim, self.kv_heads * self.head_dim
    rows = [out[0].size(0) // len(bs)] * len(bs)
    if len(bs) == 3:
      rows = [H, K, K]
    for i, b in enumerate(bs):
      if b.numel() > 0:
        x = out[0][row:row + rows[i]] if fused else out[i]
        x.addmm_(b, a[at:at + b.size(1)], alpha=scale)
        at += b.size(1)
      row += rows[i]
    done: List[Tensor] = []
    for x in out:
      done.append(torch.to(x, weights[0].dtype))
    return done

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

  # ---------------------------------------------------------------- a group: P prompt tokens, then completions of C tokens
  def states(self: __torch__.Program, theta: Tensor, plan: List[int], scale: List[float], w: __torch__.model.Weights, tokens: Tensor, P: int, C: int) -> Tensor:
    device = tokens.device
    h = torch.embedding(w.embedding, tokens)
    cos, sin = __torch__.model.rope_angles(__torch__.model.group_positions(P, C, tokens.size(0), device), self.shape(), h.dtype)
    mask = __torch__.model.group_mask(P, C, h.dtype, device)
    for l, ad in enumerate(self.adapters(theta, plan, scale)):
      h = __torch__.model.group_layer(h, w.layers[l], ad, self.shape(), cos, sin, P, C, mask)
    return h

  def logits(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, group: Tensor, tokens: Tensor, rows: Tensor) -> Tensor:
    """float32 logits [M, V] at the given rows; group [P, C]"""
    plan, scale, pc = self.ints(plan_), self.floats(scale_), self.ints(group)
    scale[1] = 0.
    w = self.weights_of(theta, plan)
    h = self.states(theta, plan, scale, w, self.here(tokens), pc[0], pc[1])
    x = __torch__.learning.predictor_states(h, self.here(rows), w.norm, self.eps)
    return torch.to(__torch__.products.linear(x, w.head, None), torch.device("cpu"), 6)

  def log_probs(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, group: Tensor, tokens: Tensor, rows: Tensor, targets: Tensor, temperature: Tensor) -> Tensor:
    """[M] log-probabilities of targets [M], read at rows [M]; group [P, C, chunk]"""
    plan, scale, pc = self.ints(plan_), self.floats(scale_), self.ints(group)
    scale[1] = 0.
    w = self.weights_of(theta, plan)
    h = self.states(theta, plan, scale, w, self.here(tokens), pc[0], pc[1])
    x = __torch__.learning.predictor_states(h, self.here(rows), w.norm, self.eps)
    return torch.to(__torch__.learning.log_probs(x, w.head, self.here(targets), float(temperature), pc[2]), torch.device("cpu"), 6)

  def gradient(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, group: Tensor, tokens_: Tensor, rows_: Tensor, targets: Tensor, advantages: Tensor, token_weights: Tensor, ref: Tensor, old: Tensor, objective: Tensor) -> List[Tensor]:
    """Gradient [theta] of the sum of weight * token_loss over one group, and statistics [6] (learning.statistics).
    group [P, C, chunk, checkpointing]; rows, targets, advantages, weights [M]; ref and old [M] or empty.

    The backward pass goes layer by layer: each layer's input is cut from the graph, so that with checkpointing only these
    inputs [N, D] are kept and a layer is computed again when its turn comes."""
    plan, scale, pc, o_ = self.ints(plan_), self.floats(scale_), self.ints(group), self.floats(objective)
    P, C, checkpointing, full = pc[0], pc[1], pc[3] > 0, plan[0] == 2
    o = __torch__.learning.Objective(o_[0], o_[1], o_[2], o_[3], o_[4])
    base, shape = self.base(), self.shape()
    tokens, rows = self.here(tokens_), self.here(rows_)
    device = tokens.device
    torch.set_grad_enabled(False)
    thetas: List[Tensor] = []
    for th in self.layer_thetas(theta, plan):
      thetas.append(th.detach().requires_grad_())
    top = [base.embedding, base.norm, base.head]
    if full:
      top = self.full_top(theta.detach(), plan)
    h = torch.embedding(torch.to(top[0], self.dtype), tokens)
    cos, sin = __torch__.model.rope_angles(__torch__.model.group_positions(P, C, tokens.size(0), device), shape, h.dtype)
    mask = __torch__.model.group_mask(P, C, h.dtype, device)

    inputs: List[Tensor] = []
    outputs: List[Tensor] = []
    for l in range(len(thetas)):
      x = h.detach()
      if full or l > 0:
        x = x.requires_grad_()
      torch.set_grad_enabled(not checkpointing)
      h = self.learning_layer(x, thetas[l], plan, scale, l, cos, sin, P, C, mask)
      torch.set_grad_enabled(False)
      inputs.append(x)
      if not checkpointing:
        outputs.append(h)

    states = torch.index_select(h.detach(), 0, rows).requires_grad_()
    norm = torch.to(top[1], self.dtype).detach().requires_grad_(full)
    torch.set_grad_enabled(True)
    x = __torch__.model.rms_norm(states, norm, self.eps)
    torch.set_grad_enabled(False)
    dx, dhead, stats = __torch__.learning.head_gradient(x.detach(), torch.to(top[2], self.dtype), self.here(targets), self.here(advantages), self.here(token_weights), self.here(ref), self.here(old), o, pc[2], full)
    back: List[Optional[Tensor]] = [dx]
    dstates, dnorm = self.pull(x, [states, norm], back, full)
    dh = torch.index_add(torch.zeros_like(h), 0, rows, dstates)

    grads: List[Tensor] = []
    for i in range(len(thetas)):
      l = len(thetas) - 1 - i
      x, th = inputs.pop(), thetas[l]
      if checkpointing:
        torch.set_grad_enabled(True)
        y = self.learning_layer(x, th, plan, scale, l, cos, sin, P, C, mask)
        torch.set_grad_enabled(False)
      else:
        y = outputs.pop()
      go: List[Optional[Tensor]] = [dh]
      dth, dh = self.pull(y, [th, x], go, x.requires_grad)
      grads.append(dth)
    grads.reverse()
    if full:
      dembedding = torch.index_add(torch.zeros_like(top[0]), 0, tokens, torch.to(dh, 6))
      if self.tied:
        grads.extend([torch.flatten(dembedding.add_(dhead)), torch.to(dnorm, 6)])
      else:
        grads.extend([torch.flatten(dembedding), torch.to(dnorm, 6), torch.flatten(dhead)])
    return [torch.cat(grads), torch.to(stats, torch.device("cpu"), 6)]

  def learning_layer(self: __torch__.Program, x: Tensor, th: Tensor, plan: List[int], scale: List[float], l: int, cos: Tensor, sin: Tensor, P: int, C: int, mask: Tensor) -> Tensor:
    if plan[0] == 2:
      return __torch__.model.group_layer(x, self.full_layer(th, plan), __torch__.model.no_adapter(), self.shape(), cos, sin, P, C, mask)
    return __torch__.model.group_layer(x, self.base().layers[l], self.adapter(th, plan, scale, l), self.shape(), cos, sin, P, C, mask)

  def pull(self: __torch__.Program, y: Tensor, to: List[Tensor], back: List[Optional[Tensor]], both: bool) -> Tuple[Tensor, Tensor]:
    """gradients of y for the first tensor and, if wanted, the second"""
    gs = torch.autograd.grad([y], to if both else to[:1], back)
    first = gs[0]
    second = gs[-1]
    assert first is not None and second is not None, "no gradient"
    return (first, second)

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
    """an empty cache [R, 2 K, S, d] of one layer; size [R, S]"""
    s = self.ints(size)
    return torch.zeros([s[0], 2 * self.kv_heads, s[1], self.head_dim], dtype=self.dtype, device=torch.device(self.device))

  def move(self: __torch__.Program, c: Tensor, rows: Tensor, window: Tensor) -> Tensor:
    """a cache of the given rows (-1: an empty one), holding columns [from, to) at its beginning; window [from, to, S]"""
    n = self.ints(window)
    out = torch.zeros([rows.size(0), c.size(1), n[2], c.size(3)], dtype=c.dtype, device=c.device)
    at = torch.squeeze(torch.nonzero(torch.ge(rows, 0)), 1)
    if at.numel() > 0:
      out[:, :, :n[1] - n[0]].index_copy_(0, self.here(at), torch.index_select(c[:, :, n[0]:n[1]], 0, self.here(rows[at])))
    return out

  def prefill(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, weights: List[Tensor], cache: List[Tensor], tokens: Tensor, pad: Tensor, slots: Tensor, t: Tensor) -> Tensor:
    plan, scale = self.ints(plan_), self.floats(scale_)
    scale[1] = 0.
    __torch__.sampling.prefill(self.weights_from(weights), self.adapters(theta, plan, scale), self.shape(), cache, self.here(tokens), self.here(pad), self.here(slots), int(t))
    return torch.zeros([0])

  def decode(self: __torch__.Program, theta: Tensor, plan_: Tensor, scale_: Tensor, weights: List[Tensor], cache: List[Tensor], token: Tensor, start: Tensor, uniform: Tensor, banned: Tensor, t: Tensor, filter: Tensor) -> List[Tensor]:
    """filter [temperature, top_p, min_p, top_k]; gives tokens and log-probabilities [R, steps]"""
    plan, scale, f = self.ints(plan_), self.floats(scale_), self.floats(filter)
    scale[1] = 0.
    tokens, log_probs = __torch__.sampling.decode(self.weights_from(weights), self.adapters(theta, plan, scale), self.shape(), cache, self.here(token), self.here(start), self.here(uniform), self.here(banned), int(t), __torch__.sampling.Filter(f[0], f[1], f[2], int(f[3])))
    cpu = torch.device("cpu")
    return [torch.to(tokens, cpu, 4), torch.to(log_probs, cpu, 6)]
