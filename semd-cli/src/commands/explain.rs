//! `semd explain`.
