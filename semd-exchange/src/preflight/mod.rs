//! The register's verdict before sending.
//!
//! A bundle — document, signatures, registration request — is checked offline for everything the register can be foreseen
//! to say. One check is one row of [`checks::all`]; the outcome tells for every code whether it would come, would not come,
//! or cannot be told and why. Time, trust anchors and reference data are inputs.
//!
//! To add a check: write `fn(&Facts, &mut Collector)` in the file of its family in `checks/` (or a new file listed in
//! `checks/mod.rs`), add its row to the family's `CHECKS`, and a defect with its twin to `fixtures/defects/`.

mod batch;
mod check;
pub mod checks;
mod extras;
mod facts;
mod report;
mod request_file;
mod tree;

use std::sync::Arc;

use semd_core::header::Header;
use semd_core::kinds::KindRegistry;
use semd_core::report::{Finding, Layer};
use semd_core::validate::{Options, Validator};
use semd_core::xml::{self, Limits};
use semd_sign::verify::{ControlTime, Policy, Request, TrustStore, verify};
use time::OffsetDateTime;

pub use batch::Batch;
pub use check::{Check, CheckOutcome, Collector, Predicted, Run, Stage};
pub use extras::{Extras, FileAnswer, OfferedKind, OrderAnswer};
pub use facts::{Facts, SignatureFacts};
pub use report::{About, CodeOutcome, CodeState, Doctor, PreflightReport};
pub use request_file::Missing;

use crate::bundle::{BundleFiles, with_fields};
use crate::checksum::Checksum;
use crate::message::{DocumentSignature, ORGANIZATION_ROLE, RegisterDocumentRequest, RegistryItem};
use crate::reference::ReferenceData;

/// A request file that is not one: its place. The reader's own words are not kept, they quote values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a JSON object with fields of a registration request (line {line}, column {column})")]
pub struct RequestFileError {
    /// Line, 1-based; 0 when the text is JSON but a field is not what it should be.
    pub line: usize,
    /// Column, 1-based; 0 as `line`.
    pub column: usize,
}

/// Predicts the register's verdict. Cheap to clone and to share between threads.
#[derive(Clone, Debug)]
pub struct Preflight {
    validator: Validator,
    trust: Arc<TrustStore>,
    data: Arc<ReferenceData>,
    checksum: Checksum,
    show_personal_data: bool,
}

/// A bundle with the request that would be sent.
#[derive(Debug)]
pub struct Prepared {
    /// The request.
    pub request: RegisterDocumentRequest,
    /// Operations around the registration.
    pub extras: Extras,
    /// What the register said at registration, when the document is registered.
    pub registered: Option<RegistryItem>,
}

impl Preflight {
    /// A preflight by rule packages, trust anchors and reference data. It knows the kinds that the validator knows.
    pub fn new(validator: Validator, trust: TrustStore, data: ReferenceData) -> Self {
        Self {
            validator,
            trust: Arc::new(trust),
            data: Arc::new(data),
            checksum: Checksum::default(),
            show_personal_data: false,
        }
    }

    /// The kinds known.
    pub fn kinds(&self) -> &KindRegistry {
        self.validator.kinds()
    }

    /// The reference data.
    pub fn data(&self) -> &ReferenceData {
        &self.data
    }

    /// Whether findings quote values that may be personal; they show the shape of values otherwise.
    #[must_use]
    pub fn show_personal_data(mut self, show: bool) -> Self {
        self.show_personal_data = show;
        self
    }

    /// Predicts what the register would say at the moment `as_of`. `kind` overrules what the document says of itself.
    ///
    /// # Errors
    /// When the file with request fields is not one.
    pub fn check(
        &self,
        files: &BundleFiles,
        kind: Option<&str>,
        as_of: OffsetDateTime,
    ) -> Result<PreflightReport, RequestFileError> {
        self.check_prepared(files, kind, as_of).map(|(report, _)| report)
    }

    /// As [`Preflight::check`], with the request that would be sent.
    ///
    /// # Errors
    /// When the file with request fields is not one.
    pub fn check_prepared(
        &self,
        files: &BundleFiles,
        kind: Option<&str>,
        as_of: OffsetDateTime,
    ) -> Result<(PreflightReport, Prepared), RequestFileError> {
        let document = xml::parse(&files.document, &Limits::default()).ok();
        let header = document.as_ref().map(Header::read).unwrap_or_default();
        let judged: Vec<_> = files
            .signatures
            .iter()
            .map(|(role, content)| {
                let report = verify(&Request {
                    content: (&files.document).into(),
                    signature: content,
                    trust: &self.trust,
                    time: ControlTime::Now(as_of),
                    policy: Policy::Remd,
                });
                (role, content, report)
            })
            .collect();
        let signatures: Vec<_> = judged
            .iter()
            .map(|(role, content, report)| DocumentSignature {
                role: (*role).clone(),
                content: (*content).clone(),
                certificate: report.signer.clone(),
            })
            .collect();
        let report = self.validator.validate(
            &files.document,
            &Options { kind: kind.or(files.kind().as_deref()).map(str::to_owned), ..Options::default() },
        );
        let told = report.kind.clone().unwrap_or_default();
        let mut request =
            RegisterDocumentRequest::from_header(&header, &told, &files.document, &signatures, self.checksum);
        let mut extras = Extras::default();
        if let Some(json) = &files.request {
            let place =
                |error: serde_json::Error| RequestFileError { line: error.line(), column: error.column() };
            request = with_fields(&request, json).map_err(place)?;
            extras = serde_json::from_slice(json).map_err(place)?;
        }
        let prepared = Prepared { request, extras, registered: files.registered() };
        // The order of `RegisterDocumentRequest::signatures`: persons first, then the organisation.
        let (organization, personal): (Vec<_>, Vec<_>) =
            judged.into_iter().partition(|(role, ..)| *role == ORGANIZATION_ROLE);
        let reports = personal.into_iter().chain(organization.into_iter().take(1)).map(|(.., report)| report);
        let signatures: Vec<_> = prepared
            .request
            .signatures()
            .zip(reports)
            .map(|((signer, data), report)| SignatureFacts { signer, data, report })
            .collect();
        let facts = Facts {
            bytes: &files.document,
            document: document.as_ref(),
            header: &header,
            request: &prepared.request,
            extras: &prepared.extras,
            registered: prepared.registered.as_ref(),
            signatures: &signatures,
            kinds: self.kinds(),
            kind: self.kinds().find(&prepared.request.kind),
            report: &report,
            as_of,
            data: &self.data,
            has_trust: !self.trust.is_empty(),
            dictionaries: self.validator.dictionaries(),
            show_personal_data: self.show_personal_data,
        };
        let predicted = PreflightReport::run(&facts);
        Ok((predicted, prepared))
    }
}

/// A finding of the validator in the words in which the register reports it.
fn reply_text(finding: &Finding) -> String {
    let text = &finding.message.ru;
    let rule = finding.rule.as_deref().unwrap_or_default();
    match finding.layer {
        Layer::Schematron => format!("Ошибка валидации Schematron: {rule} {text}"),
        Layer::Xsd => format!("Ошибка валидации СЭМД: {rule}: {text}"),
        _ => text.clone(),
    }
}
