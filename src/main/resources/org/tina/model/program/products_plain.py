# Products by torch's own choice: on a GPU, and wherever oneDNN's operators are slower or not built in.

def linear(x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
  """x W^T + b"""
  return torch.linear(x, w, b)

def plus(y: Tensor, x: Tensor, w: Tensor) -> Tensor:
  """y + x W^T"""
  return torch.addmm(y, x, torch.t(w))

def type(x: Tensor) -> int:
  """in which products of x's kind are fast"""
  return x.dtype

def packed(w: Tensor, rows: int) -> Tensor:
  return w
