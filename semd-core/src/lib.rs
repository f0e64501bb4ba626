//! Structured electronic medical documents (СЭМД): reading, checking and reporting.
//!
//! The crate takes bytes and gives data. It reads no clock, no environment and no network: limits, dates,
//! rule packages and dictionaries are inputs. A finding about a document is data in a report; an `Err` means
//! that a check could not be done.
//!
//! Data flow: bytes → [`xml`] (admission and one arena tree) → rule layers over that tree → [`report`].

pub mod archive;
mod automaton;
pub mod build;
mod class_escape;
pub mod digest;
pub mod expect;
pub mod explain;
pub mod header;
pub mod html;
pub mod kinds;
pub mod lint;
pub mod model;
pub mod nsi;
pub mod package;
pub mod personal_data;
pub mod render;
pub mod report;
pub mod rules;
pub mod schematron;
pub mod validate;
pub mod xml;
mod xpath;
pub mod xsd;

#[cfg(doctest)]
#[doc = include_str!("../../docs/library.md")]
mod library {}
