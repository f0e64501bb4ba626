//! Algorithm identifiers of XML signatures.

use semd_core::xml::c14n;

use crate::digest::Streebog;

/// Namespace of XML signatures.
pub const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Namespace of the parameters of exclusive canonicalization.
pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SMEV: &str = "urn://smev-gov-ru/xmldsig/transform";

/// Prefix of the registered identifiers of GOST algorithms.
const URN: &str = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:";
/// Prefix of the older identifiers of the same algorithms, never registered but written by the bus and by CryptoPro.
const URI: &str = "http://www.w3.org/2001/04/xmldsig-more#";

/// Which of the two names of a GOST algorithm is written; both are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// `urn:ietf:params:xml:ns:cpxmlsec:algorithms:…`
    #[default]
    Urn,
    /// `http://www.w3.org/2001/04/xmldsig-more#…`
    Uri,
}

impl Spelling {
    fn prefix(self) -> &'static str {
        match self {
            Self::Urn => URN,
            Self::Uri => URI,
        }
    }
}

/// A hash function of the SHA family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sha {
    /// SHA-1, broken; admitted on demand only.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// `DigestMethod`: what a reference is hashed with. Independent of the signature's own hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestMethod {
    /// GOST R 34.11-2012.
    Gost(Streebog),
    /// SHA, of messages the bus signs by RSA.
    Sha(Sha),
}

impl DigestMethod {
    /// Reads an identifier.
    pub(super) fn read(identifier: &str) -> Option<Self> {
        if let Some(name) = gost_name(identifier) {
            return match name {
                "gostr34112012-256" => Some(Self::Gost(Streebog::S256)),
                "gostr34112012-512" => Some(Self::Gost(Streebog::S512)),
                _ => None,
            };
        }
        Some(Self::Sha(match identifier {
            "http://www.w3.org/2000/09/xmldsig#sha1" => Sha::Sha1,
            "http://www.w3.org/2001/04/xmlenc#sha256" => Sha::Sha256,
            "http://www.w3.org/2001/04/xmlenc#sha512" => Sha::Sha512,
            _ => return None,
        }))
    }

    /// The identifier.
    pub(super) fn identifier(self, spelling: Spelling) -> String {
        match self {
            Self::Gost(Streebog::S256) => format!("{}gostr34112012-256", spelling.prefix()),
            Self::Gost(Streebog::S512) => format!("{}gostr34112012-512", spelling.prefix()),
            Self::Sha(Sha::Sha1) => "http://www.w3.org/2000/09/xmldsig#sha1".to_owned(),
            Self::Sha(Sha::Sha256) => "http://www.w3.org/2001/04/xmlenc#sha256".to_owned(),
            Self::Sha(Sha::Sha512) => "http://www.w3.org/2001/04/xmlenc#sha512".to_owned(),
        }
    }

    /// The digest of some octets.
    pub fn digest(self, octets: &[u8]) -> Vec<u8> {
        use sha2::Digest as _;
        match self {
            Self::Gost(function) => function.digest(octets),
            Self::Sha(Sha::Sha1) => sha1::Sha1::digest(octets).to_vec(),
            Self::Sha(Sha::Sha256) => sha2::Sha256::digest(octets).to_vec(),
            Self::Sha(Sha::Sha512) => sha2::Sha512::digest(octets).to_vec(),
        }
    }
}

/// `SignatureMethod`: what the signature value is made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureMethod {
    /// GOST R 34.10-2012 with the hash function of the key's length.
    Gost(Streebog),
    /// RSA, PKCS #1 v1.5.
    Rsa(Sha),
}

impl SignatureMethod {
    /// Reads an identifier.
    pub(super) fn read(identifier: &str) -> Option<Self> {
        if let Some(method) = gost_name(identifier).and_then(|name| match name {
            "gostr34102012-gostr34112012-256" => Some(Self::Gost(Streebog::S256)),
            "gostr34102012-gostr34112012-512" => Some(Self::Gost(Streebog::S512)),
            _ => None,
        }) {
            return Some(method);
        }
        Some(Self::Rsa(match identifier {
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => Sha::Sha1,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => Sha::Sha256,
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => Sha::Sha512,
            _ => return None,
        }))
    }

    /// The identifier.
    pub(super) fn identifier(self, spelling: Spelling) -> String {
        match self {
            Self::Gost(Streebog::S256) => format!("{}gostr34102012-gostr34112012-256", spelling.prefix()),
            Self::Gost(Streebog::S512) => format!("{}gostr34102012-gostr34112012-512", spelling.prefix()),
            Self::Rsa(Sha::Sha1) => "http://www.w3.org/2000/09/xmldsig#rsa-sha1".to_owned(),
            Self::Rsa(Sha::Sha256) => format!("{URI}rsa-sha256"),
            Self::Rsa(Sha::Sha512) => format!("{URI}rsa-sha512"),
        }
    }

    /// The digest method that goes with it where nothing else is asked for.
    pub fn digest_method(self) -> DigestMethod {
        match self {
            Self::Gost(function) => DigestMethod::Gost(function),
            Self::Rsa(function) => DigestMethod::Sha(function),
        }
    }
}

/// The name of a GOST algorithm behind either prefix.
fn gost_name(identifier: &str) -> Option<&str> {
    identifier
        .strip_prefix(URN)
        .or_else(|| identifier.strip_prefix(URI))
        .filter(|name| name.starts_with("gost"))
}

/// A transform. Nothing else is admitted: the others can select anything or run programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transform {
    /// Leaves out the signature that has the transform.
    Enveloped,
    /// Canonical XML, inclusive or exclusive.
    Canonical(c14n::Options),
    /// The normalisation of СМЭВ 3.
    Smev,
}

impl Transform {
    /// Exclusive canonicalization without comments, the usual transform.
    pub fn exclusive() -> Self {
        Self::Canonical(c14n::Options::exclusive())
    }

    /// Reads an identifier; parameters are read elsewhere.
    pub(super) fn read(identifier: &str) -> Option<Self> {
        match identifier {
            ENVELOPED => Some(Self::Enveloped),
            SMEV => Some(Self::Smev),
            _ => canonicalization(identifier).map(Self::Canonical),
        }
    }

    /// The identifier.
    pub(super) fn identifier(&self) -> String {
        match self {
            Self::Enveloped => ENVELOPED.to_owned(),
            Self::Smev => SMEV.to_owned(),
            Self::Canonical(options) => canonicalization_identifier(options),
        }
    }
}

/// Reads the identifier of a canonicalization method.
pub(super) fn canonicalization(identifier: &str) -> Option<c14n::Options> {
    let (method, comments) = match identifier.strip_suffix("WithComments") {
        Some(method) => (method, true),
        None => (identifier, false),
    };
    let options = match method {
        EXCLUSIVE => c14n::Options::exclusive(),
        INCLUSIVE if !comments => c14n::Options::inclusive(),
        _ if comments && method.strip_suffix('#') == Some(INCLUSIVE) => c14n::Options::inclusive(),
        _ => return None,
    };
    Some(if comments { options.with_comments() } else { options })
}

/// The identifier of a canonicalization method.
pub(super) fn canonicalization_identifier(options: &c14n::Options) -> String {
    match (options.method, options.comments) {
        (c14n::Method::Exclusive, false) => EXCLUSIVE.to_owned(),
        (c14n::Method::Exclusive, true) => format!("{EXCLUSIVE}WithComments"),
        (c14n::Method::Inclusive, false) => INCLUSIVE.to_owned(),
        (c14n::Method::Inclusive, true) => format!("{INCLUSIVE}#WithComments"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_is_read_back_in_both_spellings() {
        for spelling in [Spelling::Urn, Spelling::Uri] {
            for function in [Streebog::S256, Streebog::S512] {
                let digest = DigestMethod::Gost(function);
                assert_eq!(DigestMethod::read(&digest.identifier(spelling)), Some(digest));
                let method = SignatureMethod::Gost(function);
                assert_eq!(SignatureMethod::read(&method.identifier(spelling)), Some(method));
            }
            for function in [Sha::Sha1, Sha::Sha256, Sha::Sha512] {
                let digest = DigestMethod::Sha(function);
                assert_eq!(DigestMethod::read(&digest.identifier(spelling)), Some(digest));
                let method = SignatureMethod::Rsa(function);
                assert_eq!(SignatureMethod::read(&method.identifier(spelling)), Some(method));
            }
        }
        for options in [c14n::Options::inclusive(), c14n::Options::exclusive()] {
            for options in [options.clone(), options.with_comments()] {
                let transform = Transform::Canonical(options);
                assert_eq!(Transform::read(&transform.identifier()), Some(transform));
            }
        }
        for transform in [Transform::Enveloped, Transform::Smev] {
            assert_eq!(Transform::read(&transform.identifier()), Some(transform));
        }
    }

    #[test]
    fn withdrawn_and_foreign_algorithms_are_unknown() {
        assert_eq!(DigestMethod::read("http://www.w3.org/2001/04/xmldsig-more#gostr3411"), None);
        assert_eq!(SignatureMethod::read(&format!("{URN}gostr34102001-gostr3411")), None);
        assert_eq!(SignatureMethod::read("http://www.w3.org/2000/09/xmldsig#hmac-sha1"), None);
        for identifier in [
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            "http://www.w3.org/2006/12/xml-c14n11",
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315WithComments",
        ] {
            assert_eq!(Transform::read(identifier), None, "{identifier}");
        }
    }
}
