"""What commands do: one module a feature, with the stem of its grammar file."""
