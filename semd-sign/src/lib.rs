//! See the crate description; modules arrive with the first slice.
