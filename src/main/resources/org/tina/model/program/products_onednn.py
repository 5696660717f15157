# Products on a CPU with oneDNN, about twice as fast in float32 as torch.linear's BLAS where it was measured.

def linear(x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
  """x W^T + b. oneDNN's autograd is right for the input's gradient only, so weights that learn go through torch.linear."""
  if torch.is_grad_enabled() and w.requires_grad or w.dtype != 6 or w.is_cuda:
    return torch.linear(x, w, b)
  if torch.is_grad_enabled() and x.requires_grad:
    return torch.to_dense(torch.mkldnn_linear(torch.to_mkldnn(x), w, b))
  return ops.mkldnn._linear_pointwise(x, w, b, "none", [], "")
