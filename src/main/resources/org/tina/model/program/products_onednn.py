# Products on a CPU with oneDNN, about twice as fast in float32 as torch.linear's BLAS where it was measured. Below a million
# multiplications oneDNN's own 15 microseconds a call are more than the product takes.

def small(x: Tensor, w: Tensor) -> bool:
  return x.size(0) * w.numel() < 1000000 and not w.is_mkldnn

def linear(x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
  """x W^T + b"""
  if __torch__.products.small(x, w):
    return torch.linear(x, w, b)
  return ops.mkldnn._linear_pointwise(x, w, b, "none", [], "")

def plus(y: Tensor, x: Tensor, w: Tensor) -> Tensor:
  """y + x W^T"""
  if __torch__.products.small(x, w):
    return torch.addmm(y, x, torch.t(w))
  return __torch__.products.linear(x, w, None).add_(y)

def type(x: Tensor) -> int:
  """in which products of x's kind are fast"""
  return x.dtype

def packed(w: Tensor, rows: int) -> Tensor:
  """W in the order in which oneDNN reads it for products with that many rows"""
  return ops.mkldnn._reorder_linear_weight(w, rows)
