# Products by torch's own choice, but for decoding's, of few rows with large matrices: those go through oneDNN in its own
# layout. For processors on which oneDNN multiplies no faster than torch's BLAS and still twice as fast from packed matrices
# (AMD with AVX2, float32, 4 rows of 512 x 3072: 626 microseconds plain, 170 packed; 16 rows: 895 and 495).

def linear(x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
  """x W^T + b"""
  if w.is_mkldnn:
    return ops.mkldnn._linear_pointwise(x, w, b, "none", [], "")
  return torch.linear(x, w, b)

def plus(y: Tensor, x: Tensor, w: Tensor) -> Tensor:
  """y + x W^T"""
  if w.is_mkldnn:
    return __torch__.products.linear(x, w, None).add_(y)
  return torch.addmm(y, x, torch.t(w))

def type(x: Tensor) -> int:
  """in which products of x's kind are fast"""
  return x.dtype

def packed(w: Tensor, rows: int) -> Tensor:
  """W in the order in which oneDNN reads it for products with that many rows"""
  return ops.mkldnn._reorder_linear_weight(w, rows)
