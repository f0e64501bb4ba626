//! Object identifiers, in one table.

use pkcs8::ObjectIdentifier;

use crate::digest::Streebog;

macro_rules! oids {
    ($($(#[doc = $doc:literal])* $name:ident = $dotted:literal;)*) => {
        $($(#[doc = $doc])* pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($dotted);)*
    };
}

oids! {
    // TC 26: RFC 9215
    /// Key GOST R 34.10-2012, 256 bits.
    KEY_256 = "1.2.643.7.1.1.1.1";
    /// Key GOST R 34.10-2012, 512 bits.
    KEY_512 = "1.2.643.7.1.1.1.2";
    /// Streebog-256.
    STREEBOG_256 = "1.2.643.7.1.1.2.2";
    /// Streebog-512.
    STREEBOG_512 = "1.2.643.7.1.1.2.3";
    /// Signature GOST R 34.10-2012 with Streebog-256.
    SIGNATURE_256 = "1.2.643.7.1.1.3.2";
    /// Signature GOST R 34.10-2012 with Streebog-512.
    SIGNATURE_512 = "1.2.643.7.1.1.3.3";

    // CMS: RFC 5652, RFC 5035, RFC 5126
    /// id-data.
    DATA = "1.2.840.113549.1.7.1";
    /// id-signedData.
    SIGNED_DATA = "1.2.840.113549.1.7.2";
    /// contentType.
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    /// messageDigest.
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    /// signingTime.
    SIGNING_TIME = "1.2.840.113549.1.9.5";
    /// signing-certificate (SHA-1).
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    /// signing-certificate-v2.
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    /// signature-time-stamp.
    SIGNATURE_TIME_STAMP = "1.2.840.113549.1.9.16.2.14";
    /// SHA-256, the default of signing-certificate-v2.
    SHA_256 = "2.16.840.1.101.3.4.2.1";
    /// SHA-384.
    SHA_384 = "2.16.840.1.101.3.4.2.2";
    /// SHA-512.
    SHA_512 = "2.16.840.1.101.3.4.2.3";
    /// SHA-1: names things, never signs.
    SHA_1 = "1.3.14.3.2.26";

    // Foreign keys and signatures: RFC 8017, RFC 5480, RFC 5758
    /// rsaEncryption.
    RSA = "1.2.840.113549.1.1.1";
    /// sha256WithRSAEncryption.
    RSA_SHA_256 = "1.2.840.113549.1.1.11";
    /// sha384WithRSAEncryption.
    RSA_SHA_384 = "1.2.840.113549.1.1.12";
    /// sha512WithRSAEncryption.
    RSA_SHA_512 = "1.2.840.113549.1.1.13";
    /// id-ecPublicKey.
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    /// secp256r1.
    P_256 = "1.2.840.10045.3.1.7";
    /// secp384r1.
    P_384 = "1.3.132.0.34";
    /// ecdsa-with-SHA256.
    ECDSA_SHA_256 = "1.2.840.10045.4.3.2";
    /// ecdsa-with-SHA384.
    ECDSA_SHA_384 = "1.2.840.10045.4.3.3";
    /// ecdsa-with-SHA512.
    ECDSA_SHA_512 = "1.2.840.10045.4.3.4";

    // CAdES above BES: EN 319 122-1, RFC 5126; time stamps: RFC 3161
    /// id-ct-TSTInfo.
    TST_INFO = "1.2.840.113549.1.9.16.1.4";
    /// complete-certificate-references.
    CERTIFICATE_REFERENCES = "1.2.840.113549.1.9.16.2.21";
    /// complete-revocation-references.
    REVOCATION_REFERENCES = "1.2.840.113549.1.9.16.2.22";
    /// certificate-values.
    CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23";
    /// revocation-values.
    REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24";
    /// CAdES-C-timestamp (escTimeStamp).
    ESC_TIME_STAMP = "1.2.840.113549.1.9.16.2.25";
    /// archive-time-stamp-v3.
    ARCHIVE_TIME_STAMP_V3 = "0.4.0.1733.2.4";
    /// ats-hash-index-v3.
    ATS_HASH_INDEX_V3 = "0.4.0.19122.1.5";

    // X.509: RFC 5280
    /// commonName.
    COMMON_NAME = "2.5.4.3";
    /// surname.
    SURNAME = "2.5.4.4";
    /// countryName.
    COUNTRY = "2.5.4.6";
    /// organizationName.
    ORGANIZATION = "2.5.4.10";
    /// title.
    TITLE = "2.5.4.12";
    /// givenName.
    GIVEN_NAME = "2.5.4.42";
    /// subjectKeyIdentifier.
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    /// keyUsage.
    KEY_USAGE = "2.5.29.15";
    /// privateKeyUsagePeriod.
    PRIVATE_KEY_USAGE_PERIOD = "2.5.29.16";
    /// basicConstraints.
    BASIC_CONSTRAINTS = "2.5.29.19";
    /// certificatePolicies.
    CERTIFICATE_POLICIES = "2.5.29.32";
    /// authorityKeyIdentifier.
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    /// extKeyUsage.
    EXTENDED_KEY_USAGE = "2.5.29.37";
    /// cRLNumber.
    CRL_NUMBER = "2.5.29.20";
    /// reasonCode of an entry.
    CRL_REASON = "2.5.29.21";
    /// issuingDistributionPoint.
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    /// expiredCertsOnCRL (X.509 9.5.2.8).
    EXPIRED_CERTS_ON_CRL = "2.5.29.60";
    /// authorityInfoAccess.
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    /// cRLDistributionPoints.
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    /// id-ad-ocsp.
    ACCESS_OCSP = "1.3.6.1.5.5.7.48.1";
    /// id-kp-OCSPSigning.
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    /// id-kp-timeStamping.
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

    // OCSP: RFC 6960
    /// id-pkix-ocsp-basic.
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    /// id-pkix-ocsp-nonce.
    OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2";
    /// id-pkix-ocsp-nocheck.
    OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5";
    /// id-ri-ocsp-response: an OCSP response among the revocation data of a container (RFC 5940).
    OCSP_IN_CMS = "1.3.6.1.5.5.7.16.2";

    /// id-kp-clientAuth.
    CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    /// id-kp-emailProtection.
    EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";

    // Qualified certificates: FSB order 795 as changed by 31, RFC 9215 5
    /// ОГРН, 13 digits.
    OGRN = "1.2.643.100.1";
    /// СНИЛС, 11 digits.
    SNILS = "1.2.643.100.3";
    /// ИНН of a legal entity, 10 digits.
    INN_LE = "1.2.643.100.4";
    /// ОГРНИП, 15 digits.
    OGRNIP = "1.2.643.100.5";
    /// ИНН, 12 digits.
    INN = "1.2.643.3.131.1.1";
    /// subjectSignTool.
    SUBJECT_SIGN_TOOL = "1.2.643.100.111";
    /// issuerSignTool.
    ISSUER_SIGN_TOOL = "1.2.643.100.112";
    /// identificationKind.
    IDENTIFICATION_KIND = "1.2.643.100.114";
    /// Class КС1 of a signature tool; КС2, КС3, КВ1, КВ2 and КА1 follow as `.2` to `.6`.
    CLASS_KC1 = "1.2.643.100.113.1";
    /// Class КС2.
    CLASS_KC2 = "1.2.643.100.113.2";
}

/// The hash function a digest algorithm identifier names.
pub(crate) fn digest_of(oid: &ObjectIdentifier) -> Option<Streebog> {
    match *oid {
        STREEBOG_256 => Some(Streebog::S256),
        STREEBOG_512 => Some(Streebog::S512),
        _ => None,
    }
}

/// The hash function that belongs to a signature algorithm, named by the key or by key and digest: both occur.
pub(crate) fn signature_digest(oid: &ObjectIdentifier) -> Option<Streebog> {
    match *oid {
        KEY_256 | SIGNATURE_256 => Some(Streebog::S256),
        KEY_512 | SIGNATURE_512 => Some(Streebog::S512),
        _ => None,
    }
}

impl Streebog {
    /// Identifier of the function.
    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::S256 => STREEBOG_256,
            Self::S512 => STREEBOG_512,
        }
    }

    /// Identifier of keys whose signatures use the function.
    pub(crate) fn key_oid(self) -> ObjectIdentifier {
        match self {
            Self::S256 => KEY_256,
            Self::S512 => KEY_512,
        }
    }

    /// Identifier of signatures made with the function.
    pub(crate) fn signature_oid(self) -> ObjectIdentifier {
        match self {
            Self::S256 => SIGNATURE_256,
            Self::S512 => SIGNATURE_512,
        }
    }
}
