//! Extensions of a certificate, reduced to what chain building and the qualified profile ask.

use time::OffsetDateTime;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension, X509Extension};
use x509_parser::prelude::X509Certificate;

use super::CertificateError;
use super::constraints::Constraints;
use crate::asn1::{Reader, read_time, tag};
use crate::oid;

/// Extensions of one certificate; real ones have a dozen.
const MAX_EXTENSIONS: usize = 64;

/// What the extensions say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    /// basicConstraints: whether the subject is a certification authority.
    pub is_ca: bool,
    /// basicConstraints: how many intermediate authorities may follow.
    pub path_length: Option<u32>,
    /// keyUsage, when present.
    pub key_usage: Option<KeyUsage>,
    /// extKeyUsage: whether it allows time stamps or OCSP responses and nothing else.
    pub only_for_services: bool,
    /// extKeyUsage, when present.
    pub extended_key_usage: Option<ExtendedKeyUsage>,
    /// id-pkix-ocsp-nocheck: the issuer says that this responder's own status need not be asked (RFC 6960 4.2.2.2.1).
    pub ocsp_no_check: bool,
    /// authorityInfoAccess: addresses of OCSP responders.
    pub ocsp_urls: Vec<String>,
    /// cRLDistributionPoints: addresses of revocation lists.
    pub crl_urls: Vec<String>,
    /// nameConstraints, policyConstraints and inhibitAnyPolicy of an authority.
    pub constraints: Constraints,
    /// subjectKeyIdentifier.
    pub subject_key_id: Option<Vec<u8>>,
    /// authorityKeyIdentifier, its keyIdentifier.
    pub authority_key_id: Option<Vec<u8>>,
    /// certificatePolicies, dotted.
    pub policies: Vec<String>,
    /// subjectSignTool of FSB order 795: the signature tool of the owner.
    pub subject_sign_tool: Option<String>,
    /// Whether issuerSignTool is present and holds its four strings.
    pub issuer_sign_tool: bool,
    /// identificationKind: how the owner was identified.
    pub identification_kind: Option<u32>,
    /// privateKeyUsagePeriod: start and end.
    pub private_key_usage: Option<(Option<OffsetDateTime>, Option<OffsetDateTime>)>,
    /// Critical extensions nobody here understands, dotted.
    pub unknown_critical: Vec<String>,
}

/// Bits of keyUsage that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    /// digitalSignature.
    pub digital_signature: bool,
    /// nonRepudiation, also called contentCommitment.
    pub non_repudiation: bool,
    /// keyCertSign.
    pub certificate_sign: bool,
    /// cRLSign.
    pub crl_sign: bool,
}

/// Purposes of extKeyUsage that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// Whether the extension is critical, as RFC 3161 2.3 asks of time stamp authorities.
    pub critical: bool,
    /// id-kp-timeStamping and nothing else.
    pub only_time_stamping: bool,
    /// id-kp-OCSPSigning.
    pub ocsp_signing: bool,
}

impl Extensions {
    pub(super) fn read(certificate: &X509Certificate<'_>) -> Result<Self, CertificateError> {
        let mut extensions = Self::default();
        let mut seen = Vec::new();
        if certificate.extensions().len() > MAX_EXTENSIONS {
            return Err(CertificateError::NotCertificate);
        }
        for extension in certificate.extensions() {
            let dotted = extension.oid.to_id_string();
            if seen.contains(&dotted) {
                return Err(CertificateError::Extension { oid: dotted });
            }
            let known = extensions.take(extension, &dotted)?;
            if extension.critical && !known {
                extensions.unknown_critical.push(dotted.clone());
            }
            seen.push(dotted);
        }
        Ok(extensions)
    }

    /// Takes one extension; `false` when it is not understood.
    fn take(&mut self, extension: &X509Extension<'_>, dotted: &str) -> Result<bool, CertificateError> {
        match extension.parsed_extension() {
            ParsedExtension::ParseError { .. } => {
                return Err(CertificateError::Extension { oid: dotted.to_owned() });
            }
            ParsedExtension::BasicConstraints(constraints) => {
                self.is_ca = constraints.ca;
                self.path_length = constraints.path_len_constraint;
            }
            ParsedExtension::KeyUsage(usage) => {
                self.key_usage = Some(KeyUsage {
                    digital_signature: usage.digital_signature(),
                    non_repudiation: usage.non_repudiation(),
                    certificate_sign: usage.key_cert_sign(),
                    crl_sign: usage.crl_sign(),
                });
            }
            ParsedExtension::SubjectKeyIdentifier(identifier) => {
                self.subject_key_id = Some(identifier.0.to_vec())
            }
            ParsedExtension::AuthorityKeyIdentifier(identifier) => {
                self.authority_key_id =
                    identifier.key_identifier.as_ref().map(|identifier| identifier.0.to_vec());
            }
            ParsedExtension::CertificatePolicies(policies) => {
                self.policies = policies.iter().map(|policy| policy.policy_id.to_id_string()).collect();
            }
            ParsedExtension::ExtendedKeyUsage(usage) => {
                let other = usage.any
                    || usage.server_auth
                    || usage.client_auth
                    || usage.code_signing
                    || usage.email_protection
                    || !usage.other.is_empty();
                self.only_for_services = !other && (usage.time_stamping || usage.ocsp_signing);
                self.extended_key_usage = Some(ExtendedKeyUsage {
                    critical: extension.critical,
                    only_time_stamping: !other && usage.time_stamping && !usage.ocsp_signing,
                    ocsp_signing: usage.ocsp_signing,
                });
            }
            ParsedExtension::SubjectAlternativeName(_) | ParsedExtension::IssuerAlternativeName(_) => {}
            ParsedExtension::CRLDistributionPoints(points) => {
                let names = points.iter().filter_map(|point| match &point.distribution_point {
                    Some(DistributionPointName::FullName(names)) => Some(names),
                    _ => None,
                });
                self.crl_urls = names.flatten().filter_map(url).collect();
            }
            ParsedExtension::AuthorityInfoAccess(access) => {
                let ocsp = access.accessdescs.iter().filter(|description| {
                    description.access_method.to_id_string() == oid::ACCESS_OCSP.to_string()
                });
                self.ocsp_urls = ocsp.filter_map(|description| url(&description.access_location)).collect();
            }
            ParsedExtension::NameConstraints(constraints) => {
                return Ok(self.constraints.take_names(constraints));
            }
            ParsedExtension::PolicyConstraints(constraints) => self.constraints.take_policies(constraints),
            ParsedExtension::InhibitAnyPolicy(inhibit) => {
                self.constraints.inhibit_any_policy = Some(inhibit.skip_certs);
            }
            // Policy mappings are not evaluated: a critical one is therefore not understood.
            _ => return Ok(self.take_others(dotted, extension.value)),
        }
        Ok(true)
    }

    fn take_others(&mut self, dotted: &str, value: &[u8]) -> bool {
        let is = |oid: &pkcs8::ObjectIdentifier| dotted == oid.to_string();
        if is(&oid::SUBJECT_SIGN_TOOL) {
            self.subject_sign_tool = Reader::single(value, tag::UTF8_STRING)
                .ok()
                .and_then(|tool| String::from_utf8(tool.content.to_vec()).ok())
                .filter(|tool| (1..=200).contains(&tool.chars().count()));
        } else if is(&oid::ISSUER_SIGN_TOOL) {
            self.issuer_sign_tool = Reader::single(value, tag::SEQUENCE)
                .and_then(|tools| tools.reader().elements())
                .is_ok_and(|tools| tools.len() == 4 && tools.iter().all(|tool| tool.tag == tag::UTF8_STRING));
        } else if is(&oid::IDENTIFICATION_KIND) {
            self.identification_kind =
                Reader::single(value, tag::INTEGER).and_then(|kind| kind.small_integer()).ok();
        } else if is(&oid::PRIVATE_KEY_USAGE_PERIOD) {
            self.private_key_usage = private_key_usage(value);
        } else if is(&oid::OCSP_NO_CHECK) {
            self.ocsp_no_check = true;
        } else {
            return false;
        }
        true
    }
}

/// The address a name holds.
fn url(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::URI(address) => Some((*address).to_owned()),
        _ => None,
    }
}

/// privateKeyUsagePeriod (RFC 3280 4.2.1.4): both times are implicitly tagged GeneralizedTime.
fn private_key_usage(value: &[u8]) -> Option<(Option<OffsetDateTime>, Option<OffsetDateTime>)> {
    let mut reader = Reader::single(value, tag::SEQUENCE).ok()?.reader();
    let mut read = |number| {
        let mut element = reader.optional(tag::context_primitive(number)).ok()??;
        element.tag = tag::GENERALIZED_TIME;
        read_time(&element).ok().map(|(time, _)| time)
    };
    Some((read(0), read(1)))
}
