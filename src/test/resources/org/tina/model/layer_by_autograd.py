# A layer in the plainest form, differentiated by autograd: the truth that the program's written-out backward pass is held to.

class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def norm(self: __torch__.Program, x: Tensor, w: Tensor) -> Tensor:
    return torch.mul(torch.mul(x, torch.rsqrt(torch.add(torch.mean(torch.mul(x, x), [-1], True), 1.e-6))), w)

  def adapted(self: __torch__.Program, x: Tensor, w: Tensor, b: Optional[Tensor], a: Tensor, bs: List[Tensor], scale: float, random: List[Tensor], site: int) -> Tensor:
    y = torch.linear(x, w, b)
    if a.numel() == 0:
      return y
    e = x
    if len(random) > 0:
      mask = torch.flatten(torch.ones_like(x)).index_fill_(0, torch.remainder(random[site], x.numel()), 0.)
      e = torch.mul(x, torch.view_as(mask, x))
    low: List[Tensor] = []
    at = 0
    for m in bs:
      low.append(torch.linear(torch.linear(e, a[at:at + m.size(1)]), m))
      at += m.size(1)
    return torch.add(y, torch.cat(low, 1), alpha=scale)

  def turned(self: __torch__.Program, x: Tensor, positions: Tensor) -> Tensor:
    d = x.size(-1)
    f = torch.pow(10000., torch.div(torch.neg(torch.arange(0, d, 2, dtype=6)), float(d)))
    angle = torch.unsqueeze(torch.outer(torch.to(positions, 6), f), 1)
    a, b = torch.chunk(x, 2, -1)
    cos, sin = torch.cos(angle), torch.sin(angle)
    return torch.cat([torch.sub(torch.mul(a, cos), torch.mul(b, sin)), torch.add(torch.mul(b, cos), torch.mul(a, sin))], -1)

  def attended(self: __torch__.Program, q: Tensor, k: Tensor, v: Tensor, P: int, C: int) -> Tensor:
    """every token sees its prompt, and what came before it in its own completion"""
    N, H, K, d = q.size(0), q.size(1), k.size(1), q.size(2)
    at = torch.arange(N)
    own = torch.floor_divide(torch.sub(at, P), C)
    same = torch.eq(torch.unsqueeze(own, 0), torch.unsqueeze(own, 1))
    seen = torch.logical_and(torch.le(torch.unsqueeze(at, 0), torch.unsqueeze(at, 1)), torch.logical_or(torch.unsqueeze(torch.lt(at, P), 0), same))
    k_, v_ = torch.repeat_interleave(k, H // K, 1), torch.repeat_interleave(v, H // K, 1)
    scores = torch.div(torch.matmul(torch.transpose(q, 0, 1), torch.permute(k_, [1, 2, 0])), float(d) ** 0.5)
    p = torch.softmax(torch.masked_fill(scores, torch.logical_not(seen), float("-inf")), -1)
    return torch.flatten(torch.transpose(torch.matmul(p, torch.transpose(v_, 0, 1)), 0, 1), 1)

  def layer(self: __torch__.Program, h: Tensor, w: List[Tensor], ab: List[Tensor], scale: float, random: List[Tensor], P: int, C: int, H: int, K: int) -> Tensor:
    N, d = h.size(0), w[3].size(1) // H
    G = (N - P) // C
    positions = torch.cat([torch.arange(P), torch.repeat(torch.arange(P, P + C), [G])])
    qkv = torch.view(self.adapted(self.norm(h, w[0]), w[1], w[2], ab[0], ab[1:4], scale, random, 0), [N, H + 2 * K, d])
    o = self.attended(self.turned(qkv[:, :H], positions), self.turned(qkv[:, H:H + K], positions), qkv[:, H + K:], P, C)
    h = torch.add(h, self.adapted(o, w[3], None, ab[4], ab[5:6], scale, random, 1))
    gate, up = torch.chunk(self.adapted(self.norm(h, w[4]), w[5], None, ab[6], ab[7:9], scale, random, 2), 2, -1)
    return torch.add(h, self.adapted(torch.mul(torch.silu(gate), up), w[6], None, ab[9], ab[10:11], scale, random, 3))

  def check(self: __torch__.Program, h: Tensor, dy: Tensor, w: List[Tensor], ab: List[Tensor], ints_: Tensor, floats_: Tensor) -> List[Tensor]:
    """ints [P, C, H, K, full, seed], floats [scale, dropout]: outputs, gradients for h and for what learns, first the
    program's, then autograd's"""
    ints, floats = annotate(List[int], ints_.tolist()), annotate(List[float], floats_.tolist())
    P, C, H, K, full = ints[0], ints[1], ints[2], ints[3], ints[4] > 0
    d, scale = w[3].size(1) // H, floats[0]
    random: List[Tensor] = []
    if floats[1] > 0.:
      for width in [w[1].size(1), w[3].size(1), w[5].size(1), w[6].size(1)]:
        n = int(-float(h.size(0) * width) * torch.log(1. - floats[1]))
        random.append(__torch__.model.hash(ints[5] + width, n, h.device))

    # the program's
    shape = __torch__.model.Shape(H, K, d, 10000., __torch__.model.Norm(torch.full([1], float(h.size(1)) ** 0.5), torch.full([1], (float(h.size(1)) * 1.e-6) ** 0.5)))
    layer = __torch__.model.Layer(w[0], [w[1]], [w[2]], w[3], w[4], [w[5]], w[6])
    ad = __torch__.model.no_adapter()
    if not full:
      ad = __torch__.model.Adapter(
          __torch__.model.LowRank(torch.mul(ab[0], scale), ab[1:4], scale), __torch__.model.LowRank(torch.mul(ab[4], scale), ab[5:6], scale),
          __torch__.model.LowRank(torch.mul(ab[6], scale), ab[7:9], scale), __torch__.model.LowRank(torch.mul(ab[9], scale), ab[10:11], scale), random)
    cos, sin = __torch__.model.rope_angles(__torch__.model.group_positions(P, C, h.size(0), h.device), shape, h.dtype)
    y, tape = __torch__.model.group_layer(h, layer, ad, shape, cos, sin, P, C, __torch__.model.group_mask(P, C, h.dtype, h.device), True)
    dh, grads = __torch__.learning.layer_backward(dy, tape, layer, ad, cos, sin, full)
    ours = [y, dh] + grads

    # autograd's
    torch.set_grad_enabled(True)
    leaves = [h.detach().requires_grad_()]
    for x in w if full else ab:
      leaves.append(x.detach().requires_grad_())
    back: List[Optional[Tensor]] = [dy]
    if full:
      y = self.layer(leaves[0], leaves[1:], [torch.zeros([0])] * 11, 0., random, P, C, H, K)
    else:
      y = self.layer(leaves[0], w, leaves[1:], scale, random, P, C, H, K)
    out = [y.detach()]
    for g in torch.autograd.grad([y], leaves, back):
      assert g is not None, "no gradient"
      out.append(g)
    torch.set_grad_enabled(False)
    return ours + out
