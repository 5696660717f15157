# Log-probabilities, the policy-gradient loss, the backward pass for one group, and AdamW.
# M is the number of completion tokens that count; rows [M] are the hidden states that predict them.
# The backward pass is written out, but for attention's and the loss's own formula, which are autograd's: it keeps less, and
# its products go the same fast way as the forward pass's. d before a name is the loss's gradient for it.

class Objective(NamedTuple):
  temperature : float
  epsilon_low : float
  epsilon_high : float
  delta : float                # upper bound of the unclipped ratio, 0 for none
  beta : float                 # weight of the KL penalty, 0 for none

def log_softmax(x: Tensor, head: Tensor, temperature: float) -> Tensor:
  """float32 log-probabilities [m, V] of the next token"""
  return torch.log_softmax(torch.to(__torch__.products.linear(x, head, None), 6).div_(temperature), -1)

def of_targets(log_probs: Tensor, targets: Tensor) -> Tensor:
  return torch.squeeze(torch.gather(log_probs, 1, torch.unsqueeze(targets, 1)), 1)

def log_probs(x: Tensor, head: Tensor, targets: Tensor, temperature: float, chunk: int) -> Tensor:
  """[M], the vocabulary's [M, V] never standing whole in memory"""
  out: List[Tensor] = []
  for i in range(0, x.size(0), chunk):
    out.append(__torch__.learning.of_targets(__torch__.learning.log_softmax(x[i:i + chunk], head, temperature), targets[i:i + chunk]))
  return torch.cat(out)

def scores(x: Tensor, head: Tensor, targets: Tensor, temperature: float, chunk: int) -> Tensor:
  """[2, M]: log-probabilities of the targets, and the entropies in nats of what they were drawn from"""
  out: List[Tensor] = []
  for i in range(0, x.size(0), chunk):
    all = __torch__.learning.log_softmax(x[i:i + chunk], head, temperature)
    logp = __torch__.learning.of_targets(all, targets[i:i + chunk])
    out.append(torch.stack([logp, __torch__.learning.entropy(all, torch.exp(all))]))
  return torch.cat(out, 1)

def entropy(log_probs: Tensor, p: Tensor) -> Tensor:
  """[m] of distributions [m, V]; log_probs are overwritten"""
  return torch.neg(torch.sum(log_probs.mul_(p), [-1]))

# ------------------------------------------------------------------ the loss
def ratio(logp: Tensor, old: Tensor) -> Tensor:
  """pi / pi_old of each token; on-policy (no old ones given) it is 1 with the gradient of log pi"""
  if old.numel() == 0:
    return torch.exp(torch.sub(logp, torch.detach(logp)))
  return torch.exp(torch.sub(logp, old))

def divergence(logp: Tensor, ref: Tensor) -> Tensor:
  """KL(pi || ref) of each token by the estimator exp(ref - logp) - (ref - logp) - 1 (GRPO, eq. 4)"""
  gap = torch.sub(ref, logp)
  return torch.sub(torch.sub(torch.exp(gap), gap), 1.0)

def token_loss(logp: Tensor, old: Tensor, ref: Tensor, advantage: Tensor, o: __torch__.learning.Objective) -> Tensor:
  """- min(rho A, clip(rho, 1 - eps_low, 1 + eps_high) A) + beta KL   (GRPO, eq. 3)"""
  rho = __torch__.learning.ratio(logp, old)
  clipped = torch.clamp(rho, 1.0 - o.epsilon_low, 1.0 + o.epsilon_high)
  if o.delta > 0.0:
    rho = torch.clamp(rho, None, o.delta)
  loss = torch.neg(torch.minimum(torch.mul(rho, advantage), torch.mul(clipped, advantage)))
  if o.beta > 0.0:
    loss = torch.add(loss, __torch__.learning.divergence(logp, ref), alpha=o.beta)
  return loss

def statistics(logp: Tensor, entropy: Tensor, old: Tensor, ref: Tensor, advantage: Tensor, weight: Tensor, weighted_loss: Tensor, o: __torch__.learning.Objective) -> Tensor:
  """sums over tokens: weighted loss, weighted log-probability, entropy, KL, ratio clipped below, clipped above"""
  rho = __torch__.learning.ratio(logp, old)
  kl = torch.zeros_like(logp)
  if o.beta > 0.0:
    kl = __torch__.learning.divergence(logp, ref)
  low = torch.logical_and(torch.lt(rho, 1.0 - o.epsilon_low), torch.lt(advantage, 0))
  high = torch.logical_and(torch.gt(rho, 1.0 + o.epsilon_high), torch.gt(advantage, 0))
  return torch.sum(torch.stack([weighted_loss, torch.mul(logp, weight), entropy, kl, torch.to(low, 6), torch.to(high, 6)]), [1])

def some(x: Tensor, i: int, j: int) -> Tensor:
  """x[i:j], or nothing where x is not given"""
  if x.numel() == 0:
    return x
  return x[i:j]

def head_gradient(x: Tensor, head: Tensor, targets: Tensor, advantage: Tensor, weight: Tensor, ref: Tensor, old: Tensor, o: __torch__.learning.Objective, chunk: int, learn_head: bool) -> Tuple[Tensor, Tensor, Tensor]:
  """loss = sum of weight * token_loss, and its gradient for the final states x [M, D] and, where it learns, the head [V, D].
  With p = softmax(z / T) the gradient of log p[target] for the logits z is (onehot - p) / T, so that only the scalar
  loss of each token needs autograd, and only one chunk of [m, V] exists at a time."""
  dx = torch.empty_like(x)
  dhead = torch.zeros([0], dtype=6, device=x.device)
  if learn_head:
    dhead = torch.zeros_like(head, dtype=6)
  stats = torch.zeros([6], dtype=6, device=x.device)
  for i in range(0, x.size(0), chunk):
    j = min(i + chunk, x.size(0))
    all = __torch__.learning.log_softmax(x[i:j], head, o.temperature)
    to = targets[i:j]
    logp = torch.requires_grad_(__torch__.learning.of_targets(all, to))
    a, old_, ref_ = advantage[i:j], __torch__.learning.some(old, i, j), __torch__.learning.some(ref, i, j)
    torch.set_grad_enabled(True)
    loss = torch.mul(__torch__.learning.token_loss(logp, old_, ref_, a, o), weight[i:j])
    dlogp = torch.autograd.grad([torch.sum(loss)], [logp])[0]
    torch.set_grad_enabled(False)
    assert dlogp is not None, "the loss does not depend on the log-probabilities"
    p = torch.exp(all)
    entropy = __torch__.learning.entropy(all, p)
    stats.add_(__torch__.learning.statistics(torch.detach(logp), entropy, old_, ref_, a, weight[i:j], torch.detach(loss), o))
    g = torch.unsqueeze(torch.div(dlogp, o.temperature), 1)
    dz = torch.to(p.mul_(torch.neg(g)).scatter_add_(1, torch.unsqueeze(to, 1), g), x.dtype)
    dx[i:j] = __torch__.products.linear(dz, torch.t(head), None)
    if learn_head:
      dhead.add_(__torch__.model.mm(torch.t(dz), x[i:j]))
  return (dx, dhead, stats)

# ------------------------------------------------------------------ backward through a layer
def norm_backward(dx: Tensor, n: __torch__.model.Normed, weight: Tensor) -> Tensor:
  """dh of x = unit * weight with unit = h / rms(h)"""
  dunit = torch.mul(dx, weight)
  along = torch.mean(torch.mul(dunit, n.unit), [-1], True)
  return torch.addcmul(dunit, n.unit, along, value=-1.).div_(torch.to(n.rms, dx.dtype))

def low_rank_backward(dx: Tensor, dy: Tensor, x: Tensor, d: __torch__.model.Dropped, low: __torch__.model.LowRank) -> List[Tensor]:
  """adds the low-rank part's gradient to dx, in place; gives [dA, dB, ...]"""
  dbs: List[Tensor] = []
  dus: List[Tensor] = []
  at, out = 0, 0
  for b in low.b:
    dy_i = torch.narrow(dy, 1, out, b.size(0))
    if b.size(1) > 0:
      dbs.append(__torch__.model.mm(torch.t(dy_i), torch.narrow(d.u, 1, at, b.size(1))))
      dus.append(__torch__.model.mm(dy_i, b))
    at += b.size(1)
    out += b.size(0)
  du = dus[0] if len(dus) == 1 else torch.cat(dus, 1)
  dx_low = __torch__.products.linear(du, torch.t(low.a), None)
  if d.places.numel() > 0:
    dx_low.view(-1).index_fill_(0, d.places, 0)
    x = __torch__.model.zeroed(x, d.places)
  dx.add_(dx_low)
  return [__torch__.products.linear(torch.t(du), torch.t(x), None).mul_(low.scale)] + dbs

def product_backward(dy: Tensor, x: Tensor, weights: List[Tensor], d: __torch__.model.Dropped, low: __torch__.model.LowRank, full: bool) -> Tuple[Tensor, List[Tensor]]:
  """dx of y = W x + B A dropout(x), the Ws stacked, and the gradients of what learns"""
  if len(weights) == 1:
    dx = __torch__.products.linear(dy, torch.t(weights[0]), None)
  else:
    dx = torch.zeros_like(x)
    out = 0
    for w in weights:
      dx = __torch__.products.plus(dx, torch.contiguous(torch.narrow(dy, 1, out, w.size(0))), torch.t(w))
      out += w.size(0)
  grads: List[Tensor] = []
  if full:
    grads = [__torch__.model.mm(torch.t(dy), x)]
  elif low.a.size(0) > 0:
    grads = __torch__.learning.low_rank_backward(dx, dy, x, d, low)
  return (dx, grads)

def layer_backward(dy: Tensor, t: __torch__.model.Tape, w: __torch__.model.Layer, ad: __torch__.model.Adapter, cos: Tensor, sin: Tensor, full: bool) -> Tuple[Tensor, List[Tensor]]:
  """dh [N, D] of a layer's input, and the gradients of what learns in the order of theta's pieces"""
  gate, up = torch.chunk(t.gate_up, 2, -1)
  s = torch.silu(gate)
  dm, down = __torch__.learning.product_backward(dy, torch.mul(s, up), [w.down], t.low[3], ad.down, full)
  dgate_up = torch.empty_like(t.gate_up)
  dgate, dup = torch.chunk(dgate_up, 2, -1)
  torch.silu_backward(torch.mul(dm, up), gate, grad_input=dgate)
  torch.mul(dm, s, out=dup)
  dx, gate_up = __torch__.learning.product_backward(dgate_up, torch.mul(t.norm2.unit, w.post_norm), w.gate_up, t.low[2], ad.gate_up, full)
  dh2 = torch.add(dy, __torch__.learning.norm_backward(dx, t.norm2, w.post_norm))

  do, o = __torch__.learning.product_backward(dh2, torch.to(t.o.detach(), dy.dtype), [w.o], t.low[1], ad.o, full)
  back: List[Optional[Tensor]] = [torch.to(do, t.o.dtype)]
  dq, dk, dv = torch.autograd.grad([t.o], [t.q, t.k, t.v], back)
  assert dq is not None and dk is not None and dv is not None, "attention has no gradient"
  dturned = torch.to(torch.cat([dq, dk, dv], 1), dy.dtype)
  dqkv = torch.flatten(torch.mul(dturned, cos).add_(torch.roll(torch.mul(dturned, sin), [sin.size(-1) // 2], [-1])), 1)
  dx1, qkv = __torch__.learning.product_backward(dqkv, torch.mul(t.norm1.unit, w.input_norm), w.qkv, t.low[0], ad.qkv, full)
  dh = torch.add(dh2, __torch__.learning.norm_backward(dx1, t.norm1, w.input_norm))
  if full:
    norms = [torch.sum(torch.mul(dx1, t.norm1.unit), [0]), torch.sum(torch.mul(dx, t.norm2.unit), [0])]
    return (dh, [norms[0]] + qkv + [torch.sum(dqkv, [0])] + o + [norms[1]] + gate_up + down)
  return (dh, qkv + o + gate_up + down)

# ------------------------------------------------------------------ AdamW
def adamw(theta: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, decay: Tensor, step: int, lr: float, beta1: float, beta2: float, eps: float, max_norm: float) -> Tensor:
  """One step in place (Loshchilov & Hutter, algorithm 2), after clipping the gradient's norm, which is returned.
  decay: weight decay of every value, or one for all. A gradient that is not finite changes nothing."""
  norm = torch.norm(gradient)
  if not bool(torch.isfinite(norm)):
    return norm
  if max_norm > 0.0:
    gradient.mul_(torch.clamp(torch.div(max_norm, torch.add(norm, 1.e-6)), None, 1.))
  mean.lerp_(gradient, 1. - beta1)
  square.mul_(beta2).addcmul_(gradient, gradient, value=1. - beta2)
  theta.mul_(torch.rsub(torch.mul(decay, lr), 1.))
  theta.addcdiv_(mean, torch.add(torch.sqrt(torch.div(square, 1. - beta2 ** step)), eps), value=torch.neg(lr) / (1. - beta1 ** step))
  return norm
