# Log-probabilities, the policy-gradient loss and its gradient for one group, and AdamW.
# M is the number of completion tokens that count; rows [M] are the hidden states that predict them.

class Objective(NamedTuple):
  temperature : float
  epsilon_low : float
  epsilon_high : float
  delta : float                # upper bound of the unclipped ratio, 0 for none
  beta : float                 # weight of the KL penalty, 0 for none

def predictor_states(h: Tensor, rows: Tensor, norm: Tensor, eps: float) -> Tensor:
  return __torch__.model.rms_norm(torch.index_select(h, 0, rows), norm, eps)

def log_softmax(x: Tensor, head: Tensor, temperature: float) -> Tensor:
  """float32 log-probabilities [m, V] of the next token"""
  return torch.log_softmax(torch.div(torch.to(__torch__.products.linear(x, head, None), 6), temperature), -1)

def of_targets(log_probs: Tensor, targets: Tensor) -> Tensor:
  return torch.squeeze(torch.gather(log_probs, 1, torch.unsqueeze(targets, 1)), 1)

def log_probs(x: Tensor, head: Tensor, targets: Tensor, temperature: float, chunk: int) -> Tensor:
  """[M], the vocabulary's [M, V] never standing whole in memory"""
  out: List[Tensor] = []
  for i in range(0, x.size(0), chunk):
    out.append(__torch__.learning.of_targets(__torch__.learning.log_softmax(x[i:i + chunk], head, temperature), targets[i:i + chunk]))
  return torch.cat(out)

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
    entropy = torch.neg(torch.sum(torch.mul(p, all), [-1]))
    stats.add_(__torch__.learning.statistics(torch.detach(logp), entropy, old_, ref_, a, weight[i:j], torch.detach(loss), o))
    g = torch.unsqueeze(torch.div(dlogp, o.temperature), 1)
    dz = torch.mul(p, torch.neg(g)).scatter_add_(1, torch.unsqueeze(to, 1), g)
    dz = torch.to(dz, x.dtype)
    dx[i:j] = __torch__.products.linear(dz, torch.t(head), None)
    if learn_head:
      dhead.addmm_(torch.to(torch.t(dz), 6), torch.to(x[i:j], 6))
  return (dx, dhead, stats)

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
