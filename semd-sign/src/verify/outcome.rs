//! The checks of one judgement as they accumulate, and the vocabulary of failures.

use semd_core::report::Message;

use super::policy::{Demand, Level, Policy};
use super::report::{Check, CheckStatus, SignatureVerdict};

/// What a check is called and which clause asks for it.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    id: &'static str,
    clause: &'static str,
}

/// The checks.
pub(super) mod rule {
    use super::Rule;

    macro_rules! rules {
        ($($name:ident = $id:literal, $clause:literal;)*) => {
            $(pub(in crate::verify) const $name: Rule = Rule { id: $id, clause: $clause };)*
        };
    }

    rules! {
        CONTAINER = "container", "RFC 5652 5.1";
        SIGNERS = "signers", "РЭМД MULTIPLE_SIGNERS";
        DETACHED = "detached", "РЭМД WRONG_SIGNATURE_FORMAT";
        MINIMAL_LENGTHS = "minimal-lengths", "X.690 10.1";
        SIGNED_ATTRIBUTES = "signed-attributes", "EN 319 122-1 6.3";
        CONTENT_TYPE = "content-type", "RFC 5652 11.1";
        MESSAGE_DIGEST = "message-digest", "RFC 5652 11.2";
        SIGNER_CERTIFICATE = "signer-certificate", "EN 319 102-1 5.2.3";
        ALGORITHMS = "algorithms", "RFC 9215 2";
        SIGNATURE_VALUE = "signature-value", "RFC 5652 5.4";
        SIGNING_CERTIFICATE = "signing-certificate", "EN 319 122-1 5.2.2";
        SIGNING_CERTIFICATE_VALUE = "signing-certificate-value", "EN 319 122-1 5.2.2";
        SIGNING_TIME = "signing-time", "RFC 5652 11.3";
        SIGNING_TIME_FORM = "signing-time-form", "RFC 5652 11.3";
        SIGNING_TIME_NOT_BEFORE = "signing-time-not-before", "РЭМД DOC_DATE_MISMATCH_CERT_NOT_BEFORE";
        SIGNING_TIME_AFTER_STAMP = "signing-time-after-stamp", "EN 319 102-1 5.5.4";
        PRIVATE_KEY_PERIOD = "private-key-period", "ФСБ 795";
        CONTROL_TIME = "control-time", "EN 319 102-1 5.6";
        CERTIFICATE_VERSION = "certificate-version", "ФСБ 795";
        KEY_USAGE = "key-usage", "RFC 5280 4.2.1.3";
        EXTENDED_KEY_USAGE = "extended-key-usage", "RFC 5280 4.2.1.12";
        CRITICAL_EXTENSIONS = "critical-extensions", "RFC 5280 4.2";
        QUALIFIED = "qualified", "ФСБ 795";
        CHAIN = "chain", "EN 319 102-1 5.2.6";
        ACCREDITED = "accredited-authority", "63-ФЗ 17";
        VALIDITY = "validity", "RFC 5280 6.1.3";
        ALGORITHM_PARAMETERS = "algorithm-parameters", "RFC 9215 2";
        OWNER_IDENTIFIERS = "owner-identifiers", "ФСБ 795";
        REVOCATION = "revocation", "EN 319 102-1 5.2.5";
        REVOCATION_OF_AUTHORITY = "revocation-of-authority", "EN 319 102-1 5.2.6";
        REVOCATION_AFTER_EXPIRY = "revocation-after-expiry", "EN 319 102-1 5.2.5";
        TIME_STAMP_PRESENT = "time-stamp", "EN 319 122-1 6.3";
        TIME_STAMP = "time-stamp-value", "EN 319 102-1 5.4.4";
        TIME_STAMP_AUTHORITY = "time-stamp-authority", "RFC 3161 2.3";
        TIME_STAMP_CHAIN = "time-stamp-chain", "EN 319 102-1 5.4.4";
        TIME_STAMP_REVOCATION = "time-stamp-revocation", "EN 319 102-1 5.4.4";
        ARCHIVE_TIME_STAMP = "archive-time-stamp", "EN 319 102-1 5.6.3.4";
        REFERENCES_TIME_STAMP = "references-time-stamp", "EN 319 122-1 A.1.5.2";
    }
}

/// Verdict, sub-indication and register codes of a failed check. There is always a code: whoever asks what the register
/// would say looks at nothing else.
#[derive(Clone, Copy)]
pub(super) struct Failure {
    verdict: SignatureVerdict,
    sub_indication: &'static str,
    codes: &'static [&'static str],
}

macro_rules! failures {
    ($($name:ident = $verdict:ident, $sub:literal, [$($code:literal),*];)*) => {
        $(pub(super) const $name: Failure = Failure {
            verdict: SignatureVerdict::$verdict,
            sub_indication: $sub,
            codes: &[$($code),*],
        };)*
    };
}

failures! {
    DECODING = TotalFailed, "FORMAT_FAILURE", ["SIGNATURE_DECODING_ERROR"];
    WRONG_FORMAT = TotalFailed, "FORMAT_FAILURE", ["WRONG_SIGNATURE_FORMAT"];
    NO_SIGNATURE = TotalFailed, "FORMAT_FAILURE", ["NO_SIGNATURE"];
    MALFORMED = TotalFailed, "FORMAT_FAILURE", ["SIGNATURE_VERIFICATION_ERROR"];
    HASH = TotalFailed, "HASH_FAILURE", ["DIGEST_MISMATCH", "SIGNATURE_VERIFICATION_ERROR"];
    SIGNATURE = TotalFailed, "SIG_CRYPTO_FAILURE", ["SIGNATURE_VERIFICATION_ERROR"];
    EXPIRED = TotalFailed, "EXPIRED", ["DOC_DATE_MISMATCH_CERT_NOT_AFTER"];
    NOT_YET_VALID = TotalFailed, "NOT_YET_VALID", ["DOC_DATE_MISMATCH_CERT_NOT_BEFORE"];
    REVOKED = TotalFailed, "REVOKED", ["SIGNATURE_VERIFICATION_ERROR"];
    REVOKED_NO_POE = Indeterminate, "REVOKED_NO_POE", ["SIGNATURE_VERIFICATION_ERROR"];
    REVOKED_CA = Indeterminate, "REVOKED_CA_NO_POE", ["CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT"];
    ON_HOLD = Indeterminate, "TRY_LATER", ["SIGNATURE_VERIFICATION_ERROR"];
    TRY_LATER = Indeterminate, "TRY_LATER", ["CA_INACCESSIBILITY"];
    NOT_MINIMAL = TotalFailed, "FORMAT_FAILURE", ["SIGNATURE_DECODING_ERROR"];
    NO_CONTENT = Indeterminate, "SIGNED_DATA_NOT_FOUND", ["DIGEST_MISMATCH"];
    NOT_ACCREDITED = Indeterminate, "CHAIN_CONSTRAINTS_FAILURE", ["CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT"];
    STAMP_WRONG = Indeterminate, "SIG_CONSTRAINTS_FAILURE", ["SIGNATURE_VERIFICATION_ERROR"];
    STAMP_NO_CHAIN = Indeterminate, "NO_CERTIFICATE_CHAIN_FOUND", ["SIGNATURE_VERIFICATION_ERROR"];
    STAMP_AUTHORITY = Indeterminate, "CHAIN_CONSTRAINTS_FAILURE", ["SIGNATURE_VERIFICATION_ERROR"];
    STAMP_EXPIRED = Indeterminate, "OUT_OF_BOUNDS_NO_POE", ["SIGNATURE_VERIFICATION_ERROR"];
    STAMP_REVOKED = Indeterminate, "REVOKED_NO_POE", ["SIGNATURE_VERIFICATION_ERROR"];
    EXPIRED_SINCE = Indeterminate, "OUT_OF_BOUNDS_NO_POE", ["PERSONAL_SIG_CERT_NOT_ACTUAL_ON_CHECK_DT"];
    NO_CERTIFICATE = Indeterminate, "NO_SIGNING_CERTIFICATE_FOUND", ["NO_END_ENTITY_CERTIFICATE"];
    NO_CHAIN = Indeterminate, "NO_CERTIFICATE_CHAIN_FOUND", ["CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT"];
    ALGORITHMS_UNSUPPORTED = Indeterminate, "CRYPTO_CONSTRAINTS_FAILURE", ["UNKNOWN_ALGORITHM"];
    ALGORITHMS_MISMATCHED = Indeterminate, "SIG_CONSTRAINTS_FAILURE", ["UNKNOWN_ALGORITHM"];
    BAD_CERTIFICATE = Indeterminate, "CHAIN_CONSTRAINTS_FAILURE", ["CANT_BUILD_CERT_CHAIN_TO_ACCREDITED_CA_CERT"];
    KEY_USAGE = Indeterminate, "CHAIN_CONSTRAINTS_FAILURE", ["INVALID_CERT_KEY_USAGE"];
    BAD_TIME = Indeterminate, "FORMAT_FAILURE", ["SIGNATURE_DECODING_ERROR"];
    SIGNED_TOO_EARLY = Indeterminate, "SIG_CONSTRAINTS_FAILURE", ["DOC_DATE_MISMATCH_CERT_NOT_BEFORE"];
    SUBSTITUTED = Indeterminate, "SIG_CONSTRAINTS_FAILURE", ["SIGNATURE_VERIFICATION_ERROR"];
    UNSUPPORTED_FORM = Indeterminate, "SIG_CONSTRAINTS_FAILURE", ["WRONG_SIGNATURE_FORMAT"];
    MULTIPLE_SIGNERS = Indeterminate, "SIG_CONSTRAINTS_FAILURE", ["MULTIPLE_SIGNERS"];
    CONSTRAINTS = Indeterminate, "SIG_CONSTRAINTS_FAILURE", ["VALIDATION_ERROR"];
}

/// Texts of a check, Russian and English.
type Texts<'a> = (&'a str, &'a str);

/// The judgement so far.
pub(super) struct Outcome {
    policy: Policy,
    pub(super) checks: Vec<Check>,
    pub(super) codes: Vec<&'static str>,
    /// The first failure of each kind: a proof of wrongness outweighs every doubt.
    failed: Option<Failure>,
    undecided: Option<Failure>,
    suffix: String,
}

impl Outcome {
    pub(super) fn new(policy: Policy) -> Self {
        Self {
            policy,
            checks: Vec::new(),
            codes: Vec::new(),
            failed: None,
            undecided: None,
            suffix: String::new(),
        }
    }

    /// The checks that follow are of this signer; the names of all but the first carry its number.
    pub(super) fn signer(&mut self, index: usize) {
        self.suffix = if index == 0 { String::new() } else { format!("#{}", index + 1) };
    }

    /// Verdict and sub-indication.
    pub(super) fn verdict(&self) -> (SignatureVerdict, Option<&'static str>) {
        match self.failed.or(self.undecided) {
            Some(failure) => (failure.verdict, Some(failure.sub_indication)),
            None => (SignatureVerdict::TotalPassed, None),
        }
    }

    /// The policy of this judgement.
    pub(super) fn policy(&self) -> &Policy {
        &self.policy
    }

    fn push(&mut self, rule: Rule, status: CheckStatus, message: Message) {
        self.checks.push(Check {
            id: format!("{}{}", rule.id, self.suffix),
            status,
            message,
            clause: rule.clause,
        });
    }

    pub(super) fn ok(&mut self, rule: Rule, ru: &str, en: &str) {
        self.push(rule, CheckStatus::Ok, Message::new(ru, en));
    }

    pub(super) fn warn(&mut self, rule: Rule, ru: &str, en: &str) {
        self.push(rule, CheckStatus::Warning, Message::new(ru, en));
    }

    pub(super) fn warn_with(&mut self, rule: Rule, message: Message) {
        self.push(rule, CheckStatus::Warning, message);
    }

    pub(super) fn ignored(&mut self, rule: Rule, ru: &str, en: &str) {
        self.push(rule, CheckStatus::Ignored, Message::new(ru, en));
    }

    pub(super) fn fail(&mut self, rule: Rule, failure: Failure, message: Message) {
        self.push(rule, CheckStatus::NotOk, message);
        let slot = match failure.verdict {
            SignatureVerdict::TotalFailed => &mut self.failed,
            SignatureVerdict::Indeterminate | SignatureVerdict::TotalPassed => &mut self.undecided,
        };
        slot.get_or_insert(failure);
        for code in failure.codes {
            if !self.codes.contains(code) {
                self.codes.push(code);
            }
        }
    }

    /// A check that always counts.
    pub(super) fn require(
        &mut self,
        holds: bool,
        rule: Rule,
        failure: Failure,
        ok: Texts<'_>,
        broken: Texts<'_>,
    ) {
        if holds {
            self.ok(rule, ok.0, ok.1);
        } else {
            self.fail(rule, failure, Message::new(broken.0, broken.1));
        }
    }

    /// A check whose weight the policy decides.
    pub(super) fn demand(
        &mut self,
        demand: Demand,
        holds: bool,
        rule: Rule,
        failure: Failure,
        ok: Texts<'_>,
        broken: Texts<'_>,
    ) {
        if holds {
            self.ok(rule, ok.0, ok.1);
            return;
        }
        self.lacking(demand, rule, failure, Message::new(broken.0, broken.1));
    }

    /// Something that is demanded does not hold; the policy decides what it weighs.
    pub(super) fn lacking(&mut self, demand: Demand, rule: Rule, failure: Failure, message: Message) {
        match self.policy.level(demand) {
            Level::Fail => self.fail(rule, failure, message),
            Level::Warn => self.push(rule, CheckStatus::Warning, message),
            Level::Info => self.push(rule, CheckStatus::Info, message),
        }
    }
}
