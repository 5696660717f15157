# Products by torch's own choice: on a GPU, and wherever oneDNN's operators are slower or not built in.

def linear(x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
  """x W^T + b"""
  return torch.linear(x, w, b)

def plus(y: Tensor, x: Tensor, w: Tensor) -> Tensor:
  """y + x W^T"""
  return torch.addmm(y, x, torch.t(w))

def add_(y: Tensor, x: Tensor, w: Tensor) -> Tensor:
  """y += x W^T"""
  return y.addmm_(x, torch.t(w))

def mm(x: Tensor, y: Tensor) -> Tensor:
  """x y, of matrices that learn or of gradients"""
  return torch.mm(x, y)

def wide(x: Tensor) -> Tensor:
  """x in the type in which attention's products are fast"""
  return x

def packed(w: Tensor, rows: int) -> Tensor:
  return w
