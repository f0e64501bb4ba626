//! The journal on both stores: identity, intent, claims and leases, questions, and invariants under random events.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says what it did")]

#[path = "../common/mod.rs"]
mod common;
mod documents;
mod formats;
mod hands;
mod invariants;
mod questions;
mod workers;
