# Products in float32 of matrices in bfloat16, for processors that have no instructions for it (AVX2): there torch itself
# reaches 7 to 10 GFLOP/s a thread, and in float32 40 to 70. A matrix is widened in pieces that stay in the processor's
# cache, which pays from 6 rows on; sums are float32, as where the processor has bfloat16. A GRPO gradient of 40 million
# parameters, 8 completions of 64 tokens, on one thread: 56 s plain, 2.3 s widened, 2.0 s with weights in float32.

def pays(x: Tensor, w: Tensor) -> bool:
  return w.dtype != 6 and x.size(0) > 5

def type(x: Tensor) -> int:
  """in which products of x's kind are fast"""
  return 6

def linear(x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
  """x W^T + b"""
  if not __torch__.products.pays(x, w):
    return torch.linear(x, w, b)
  x_ = torch.to(x, 6)
  rows = max(16, (262144 if x.size(0) < 64 else 8388608) // w.size(1))
  out: List[Tensor] = []
  for i in range(0, w.size(0), rows):
    out.append(torch.mm(x_, torch.t(torch.to(w[i:i + rows], 6))))
  y = out[0] if len(out) == 1 else torch.cat(out, 1)
  if b is not None:
    y.add_(b)
  return torch.to(y, x.dtype)

def plus(y: Tensor, x: Tensor, w: Tensor) -> Tensor:
  """y + x W^T"""
  if not __torch__.products.pays(x, w):
    return torch.addmm(y, x, torch.t(w))
  return __torch__.products.linear(x, w, None).add_(y)

def packed(w: Tensor, rows: int) -> Tensor:
  return w
