"""The same sums in fewer steps: what makes an expert cheaper than its published graph."""
