//! One file a command: its flags and the thin glue to the libraries.

pub mod build;
pub mod completions;
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod journal;
pub mod kinds;
pub mod lint;
pub mod man;
pub mod nsi;
pub mod packages;
pub mod pki;
pub mod preflight;
pub mod register;
pub mod render;
pub mod sandbox;
pub mod scan;
pub mod serve;
pub mod sign;
pub mod validate;
pub mod verify;
