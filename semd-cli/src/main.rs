//! The `semd` command.

fn main() {}
