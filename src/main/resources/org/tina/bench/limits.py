# What this machine can do at best: the product that the model's program uses, and reading memory.

class Program(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def normal(self: __torch__.Program, shape: Tensor, dtype: Tensor) -> Tensor:
    return torch.to(torch.randn(annotate(List[int], shape.tolist())), int(dtype))

  def multiply(self: __torch__.Program, x: Tensor, w: Tensor, times: Tensor) -> Tensor:
    w = __torch__.products.packed(w, 32)
    y = __torch__.products.linear(x, w, None)
    i = 1
    while i < int(times):
      y = __torch__.products.linear(x, w, None)
      i = i + 1
    return torch.to(y[:1, :1], 6)

  def read(self: __torch__.Program, x: Tensor, times: Tensor) -> Tensor:
    total = torch.sum(x)
    i = 1
    while i < int(times):
      total = total + torch.sum(x)
      i = i + 1
    return total
