//! Holder of the benches; see `benches/`.
