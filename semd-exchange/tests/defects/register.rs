//! The sandbox's side: the request as it comes off the wire, then the stages one after the other.

use semd_core::kinds::KindRegistry;
use semd_core::validate::{Options, Validator};
use semd_core::xml::Limits;
use semd_exchange::codes::classify;
use semd_exchange::message::{Payload as _, RegisterDocumentRequest, RegisterError};
use semd_exchange::preflight::Prepared;
use semd_exchange::sandbox::judge::{self, Knowledge};
use semd_exchange::soap::Received;

use super::Answer;
use super::case::Bundle;
use super::hands::Hands;

/// The codes of [`errors`].
pub(crate) fn answer(bundle: &Bundle, prepared: &Prepared, validator: &Validator, hands: &Hands) -> Answer {
    errors(bundle, prepared, validator, hands)
        .into_iter()
        .map(|error| {
            let classified = classify(&error.code, &error.message);
            // The register spells some codes in another way than the classifier.
            let code = classified.code.unwrap_or_else(|| panic!("{}", error.code)).mnemonic;
            (code.to_owned(), classified.sub_type.map(|one| one.id))
        })
        .collect()
}

/// The first answer that refuses, as the register gives it: an error ends the sequence after its stage.
pub(crate) fn errors(
    bundle: &Bundle,
    prepared: &Prepared,
    validator: &Validator,
    hands: &Hands,
) -> Vec<RegisterError> {
    let envelope = prepared.request.envelope(&RegisterDocumentRequest::headers());
    let received = Received::read(&envelope, &Limits::default()).unwrap();
    let request = RegisterDocumentRequest::read(received.payload()).unwrap();
    let (data, kinds) = (bundle.data(), KindRegistry::embedded());
    let known = Knowledge {
        trust: hands.trust(),
        kinds: &kinds,
        data: &data,
        dictionaries: bundle.dictionaries.as_ref(),
        now: bundle.as_of,
    };
    let bytes = &bundle.files.document;
    let report = || {
        let options = Options { kind: Some(request.kind.clone()), ..Options::default() };
        validator.validate(bytes, &options)
    };
    let stages: [&dyn Fn() -> Vec<_>; 5] = [
        &|| judge::coarse(&request, &kinds, &data),
        &|| judge::full(&request, None, &known),
        &|| judge::file(&request, bytes, Some(&report()), &known).errors,
        &|| judge::later(prepared.registered.as_ref(), bytes, &prepared.extras, &known),
        &|| judge::order(&request, &prepared.extras, &known),
    ];
    stages.iter().map(|stage| stage()).find(|errors| !errors.is_empty()).unwrap_or_default()
}
