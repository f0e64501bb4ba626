//! Structured electronic medical documents (СЭМД): reading, checking, building and showing them.
//!
//! The crate takes bytes and gives data. It reads no clock, no environment and no network: limits, dates, rule packages
//! and dictionaries are inputs. A finding about a document is data in a report; an `Err` means that a check could not
//! be done. Everything here can be shared between threads; make validators, stores and card kinds once and keep them.
//!
//! | you want to | see |
//! |---|---|
//! | check a document | [Check](#check), [`validate`] |
//! | show findings to people, or pass them on | [Look at findings](#look-at-findings), [`report`] |
//! | use the official rules | [Rule packages](#rule-packages), [`package`] |
//! | compare codes with dictionaries (НСИ) | [Dictionaries](#dictionaries), [`nsi`] |
//! | make a document of flat data | [Build](#build), [`build`](mod@build) |
//! | read or change a document as typed data | [Typed data](#typed-data), [`model`] |
//! | show a doctor what is signed | [Show](#show), [`render`](mod@render) |
//! | know who, what and when a document says | [Facts of the header](#facts-of-the-header), [`header`] |
//! | know what makes a document poorer than it could be | [`lint`] |
//! | add checks of your own | [Own rules](#own-rules), [`rules`] |
//! | look at the bytes, the tree, one schema or one rule file | [`xml`], [`xsd`], [`schematron`] |
//!
//! Signing is the crate `semd-sign`; the exchange with the register is `semd-exchange`. Programs that do each of these tasks
//! lie in the folder `examples` of the project.
//!
//! # Check
//!
//! A [`Validator`](validate::Validator) runs all layers over one tree: admission and XML, XML Schema, Schematron,
//! dictionaries, rules of this project. A document that nothing could be checked of is *undecided*, never valid.
//!
//! ```
//! use semd_core::package::PackageStore;
//! use semd_core::report::Verdict;
//! use semd_core::validate::{Options, Validator};
//!
//! let validator = Validator::new(PackageStore::embedded());
//! let document = std::fs::read("../fixtures/documents/consultation.xml")?;
//! let report = validator.validate(&document, &Options::default());
//! assert_eq!(report.verdict, Verdict::Valid);
//! assert_eq!(report.kind.as_deref(), Some("119"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Look at findings
//!
//! A [`Finding`](report::Finding) says what is wrong, where, by which rule, and whose turn it is, in Russian and English. The
//! formats of the command are functions over the same data ([`report::format`]).
//!
//! ```
//! use semd_core::report::format::{Printed, json};
//! use semd_core::report::{Lang, Owner};
//! # use semd_core::package::PackageStore;
//! # use semd_core::validate::{Options, Validator};
//!
//! # let validator = Validator::new(PackageStore::embedded());
//! let document = std::fs::read("../fixtures/documents/consultation-missing-patient-name.xml")?;
//! let report = validator.validate(&document, &Options::default());
//! let finding = &report.findings[0];
//! assert_eq!(finding.rule.as_deref(), Some("С1-20"));
//! assert_eq!(finding.owner, Owner::Mis);
//! assert!(finding.line > 0 && finding.path.is_some());
//! println!("{}: {}", finding.owner.word(Lang::Ru), finding.message.text(Lang::Ru));
//!
//! let printed = Printed {
//!     file: "a.xml", source: &document, report: &report, elapsed_us: 0, lang: Lang::En, show_personal_data: false,
//! };
//! assert!(json::line(&printed).starts_with(r#"{"schema":"semd.report/1","file":"a.xml""#));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Rule packages
//!
//! The small packages built in serve tests. The official ones are folders `<kind>/schematron.sch`, `<kind>/xsd/CDA.xsd`; each
//! is compiled when the first document of its kind comes. A [`PackageLock`](package::PackageLock) pins them by digest.
//!
//! ```no_run
//! use semd_core::package::{PackageLock, PackageStore};
//!
//! let lock = PackageLock::parse(&std::fs::read_to_string("packages.lock")?)?;
//! let store = PackageStore::open(&["packages".into()])?.locked(lock);
//! println!("kinds: {:?}", store.kinds());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Dictionaries
//!
//! Official files are imported into one store, once; look-ups and the layer `nsi` of a validator read it.
//!
//! ```
//! use semd_core::nsi::{Store, Version};
//! # use semd_core::package::PackageStore;
//! # use semd_core::validate::Validator;
//! use std::path::Path;
//!
//! // Seconds since 1970: the moment that an import notes down.
//! let store = Store::open(Path::new("../fixtures/nsi"), 1_790_000_000)?;
//! let regions = store.dictionary("1.2.643.5.1.13.13.99.2.206", Version::Latest).ok_or("not there")?;
//! assert_eq!(regions.display_name("77"), Some("г. Москва"));
//! let validator = Validator::new(PackageStore::embedded()).with_dictionaries(store);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Build
//!
//! A document is made of a flat JSON card; which fields a kind's card has is data, and its JSON Schema is generated. Faults
//! point into the card.
//!
//! ```
//! use semd_core::build::CardKinds;
//!
//! let kinds = CardKinds::embedded();
//! let mut card: serde_json::Value = serde_json::from_slice(&std::fs::read("../fixtures/cards/119.json")?)?;
//! let document = kinds.build(&card, None).map_err(|_| "faults")?;
//! assert!(document.contains("<ClinicalDocument"));
//!
//! card["patient"]["birth_date"] = "12.03.1964".into();
//! let faults = kinds.build(&card, None).unwrap_err().faults();
//! assert_eq!(faults[0].pointer, "/patient/birth_date");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Typed data
//!
//! The classes of the Russian CDA are structs; what they do not know is kept and written back in its place.
//!
//! ```
//! use semd_core::model::{self, Keep, Style};
//! use semd_core::xml::{self, Limits};
//!
//! let bytes = std::fs::read("../fixtures/documents/consultation.xml")?;
//! let parsed = xml::parse(&bytes, &Limits::default()).map_err(|fault| fault.message().en)?;
//! let mut document = model::read(&parsed, Keep::Layout)?;
//! document.effective_time = Some(Box::new("202605141015+0300".into()));
//! let written = model::write(&document, Style::Compact)?;
//! assert!(written.contains(r#"<effectiveTime value="202605141015+0300""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Show
//!
//! The page is made of the very bytes that are signed, needs nothing else, and no text of a document can break out of it.
//!
//! ```
//! use semd_core::render::{self, Options};
//! use semd_core::xml::{self, Limits};
//!
//! let bytes = std::fs::read("../fixtures/documents/consultation.xml")?;
//! let document = xml::parse(&bytes, &Limits::default()).map_err(|fault| fault.message().en)?;
//! let page = render::render(&document, &Options::default());
//! assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<script"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Facts of the header
//!
//! ```
//! use semd_core::header::Header;
//! use semd_core::kinds::KindRegistry;
//! use semd_core::xml::{self, Limits};
//!
//! let bytes = std::fs::read("../fixtures/documents/consultation.xml")?;
//! let document = xml::parse(&bytes, &Limits::default()).map_err(|fault| fault.message().en)?;
//! let header = Header::read(&document);
//! assert_eq!(header.organization.oid.as_deref(), Some("1.2.643.5.1.13.13.12.2.77.999001"));
//! assert_eq!(KindRegistry::embedded().candidates(&header, None), ["119"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Own rules
//!
//! A rule is a row with its texts, weight and owner, and a function that reports places; [`rules`] has one to begin with. A
//! validator is given them by [`Validator::with_rules`](validate::Validator::with_rules).
//!
//! ```
//! # use semd_core::package::PackageStore;
//! # use semd_core::report::{Message, Owner, Severity};
//! use semd_core::rules::{Context, Rule, Text};
//! # use semd_core::validate::Validator;
//! use semd_core::xml::Node;
//!
//! fn check(context: &mut Context<'_, '_>) {
//!     if context.header().title.is_none() {
//!         let root = context.document().root();
//!         context.report(Node::Element(root), Message::new("нет названия", "there is no title"));
//!     }
//! }
//!
//! static TITLE: Rule = Rule {
//!     id: "clinic-title",
//!     title: Text { ru: "У документа есть название", en: "The document has a title" },
//!     why: Text { ru: "врач видит в списке название", en: "doctors see the title in their list" },
//!     clause: "порядок клиники",
//!     code: "VALIDATION_ERROR",
//!     severity: Severity::Warning,
//!     owner: Owner::Mis,
//!     check,
//! };
//!
//! let validator = Validator::new(PackageStore::embedded()).with_rules([&TITLE]);
//! ```

pub mod archive;
mod automaton;
pub mod bounded;
pub mod build;
mod byte_string;
mod class_escape;
mod cuckoo;
pub mod digest;
pub mod expect;
pub mod explain;
pub mod header;
pub mod html;
pub mod kinds;
pub mod lint;
pub mod model;
pub mod nsi;
mod oid;
pub mod package;
pub mod personal_data;
mod pool;
pub mod render;
pub mod report;
pub mod rules;
pub mod schematron;
mod tail;
mod texts;
pub mod validate;
pub mod xml;
mod xpath;
pub mod xsd;

#[cfg(doctest)]
#[doc = include_str!("../../docs/library.md")]
mod library {}
