//! Signing an envelope that is written already.

use semd_core::xml::{self, Document, ElementId};
use semd_sign::xmldsig::{self, KeyInfo, Plan, PlannedReference, Spelling, WSSE, WSU, XmlSignatureError};
use semd_sign::{Signer, wss};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::profile::{Form, Names, Profile};
use crate::soap::namespace::ADDRESSING;

/// Why an envelope could not be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The bytes are no envelope with a header and a body.
    #[error("not an envelope that can be signed: {part} is missing")]
    NotAnEnvelope {
        /// What is missing.
        part: &'static str,
    },
    /// The signature could not be made.
    #[error("cannot sign the envelope: {0}")]
    Signature(#[from] XmlSignatureError),
}

/// Text to be put in at a byte offset.
struct Insertion {
    at: usize,
    text: String,
}

/// Signs an envelope. Nothing that is in it already changes; identifiers are added to the signed parts.
pub(super) fn seal(
    envelope: &[u8],
    form: Form,
    profile: &Profile,
    signer: &dyn Signer,
    now: OffsetDateTime,
) -> Result<Vec<u8>, SealError> {
    let missing = |part| SealError::NotAnEnvelope { part };
    let text = std::str::from_utf8(envelope).map_err(|_| missing("UTF-8"))?;
    let document = xml::parse(envelope, &xml::Limits::default()).map_err(XmlSignatureError::from)?;
    let child = |local: &str| document.children(document.root()).find(|&id| document.local_name(id) == local);
    let header = child("Header").ok_or_else(|| missing("Header"))?;
    let body = child("Body").ok_or_else(|| missing("Body"))?;

    let unique = |prefix: &str| format!("{prefix}-{}", Uuid::new_v4().hyphenated());
    let token_id = if form == Form::Full { unique("X509") } else { "CertId".to_owned() };
    let mut insertions = vec![Insertion {
        at: after_name(&document, document.root()),
        text: format!(" xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\""),
    }];
    let mut signed = vec!["body".to_owned()];
    insertions.push(Insertion { at: after_name(&document, body), text: " wsu:Id=\"body\"".to_owned() });
    let token = wss::token(&token_id, signer.certificate());
    let (at, before, after) = match form {
        Form::Full => {
            let stamp_id = unique("TS");
            signed.push(stamp_id.clone());
            for local in ["MessageID", "ReplyTo", "To", "Action"] {
                let Some(part) = document.child(header, ADDRESSING, local) else { continue };
                let id = unique("id");
                let text = format!(" wsu:Id=\"{id}\"");
                insertions.push(Insertion { at: after_name(&document, part), text });
                signed.push(id);
            }
            let first = document.children(header).next().ok_or_else(|| missing("MessageID"))?;
            let stamp =
                wss::timestamp(&stamp_id, now, Duration::seconds(i64::from(profile.lifetime_seconds)));
            (document.element(first).offset as usize, token, stamp)
        }
        Form::Short => {
            let end = xmldsig::end_of(&document, header).ok_or_else(|| missing("MessageID"))?;
            (end, String::new(), token)
        }
    };
    let open = format!("<wsse:Security>{before}");
    let block = Insertion { at, text: format!("{open}{after}</wsse:Security>") };
    // Where the signature goes: behind what stands before it in the block, moved by all that is put in earlier.
    let moved: usize =
        insertions.iter().filter(|other| other.at <= block.at).map(|other| other.text.len()).sum();
    let place = document.skipped() + block.at + moved + open.len();
    insertions.push(block);
    let prepared = insert(text, document.skipped(), insertions);

    let (key_info_id, reference_id, id) = (unique("KI"), unique("STR"), unique("SIG"));
    let full = form == Form::Full;
    let plan = Plan {
        id: Some(&id),
        spelling: match profile.algorithm_names {
            Names::Uri => Spelling::Uri,
            Names::Urn => Spelling::Urn,
        },
        key_info: KeyInfo::Token {
            token: &token_id,
            id: full.then_some(&*key_info_id),
            reference_id: full.then_some(&*reference_id),
        },
        ..Plan::new(signed.iter().map(|id| PlannedReference::element(id)).collect())
    };
    Ok(xmldsig::sign(&prepared, place, &plan, signer)?.into_bytes())
}

/// The offset behind the name in a start tag, where an attribute can stand.
fn after_name(document: &Document<'_>, element: ElementId) -> usize {
    document.element(element).offset as usize + 1 + document.qualified_name(element).len()
}

fn insert(text: &str, skipped: usize, mut insertions: Vec<Insertion>) -> String {
    insertions.sort_by_key(|insertion| insertion.at);
    let more: usize = insertions.iter().map(|insertion| insertion.text.len()).sum();
    let mut out = String::with_capacity(text.len() + more);
    let mut done = 0;
    for insertion in insertions {
        let at = insertion.at + skipped;
        out.push_str(&text[done..at]);
        out.push_str(&insertion.text);
        done = at;
    }
    out.push_str(&text[done..]);
    out
}
