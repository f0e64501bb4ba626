//! What is demanded of a signature beside cryptography, as data.

/// A set of demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// A technically good signature: plain CMS with signed attributes will do.
    Basic,
    /// What the register (РЭМД) takes: detached CAdES-BES, one signer, certificate and signing time inside.
    Remd,
}

/// How much the failure of a demand weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// The signature cannot pass.
    Fail,
    /// The signature passes; somebody should look.
    Warn,
    /// For information.
    Info,
}

/// A demand that depends on the policy. All other checks always count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// One signer per container.
    OneSigner,
    /// The content is outside.
    Detached,
    /// The signer's certificate is inside the container.
    CertificateInside,
    /// There are signed attributes.
    SignedAttributes,
    /// signing-certificate-v2 is present.
    SigningCertificate,
    /// The certificate is not named by SHA-1 only.
    StrongSigningCertificate,
    /// signingTime is present.
    SigningTime,
    /// The certificate has keyUsage.
    KeyUsage,
    /// The certificate is of version 3.
    CertificateVersion,
    /// The private key was within its own period at the signing time.
    PrivateKeyPeriod,
    /// The certificate has the marks of a qualified one.
    QualifiedMarks,
}

/// Demand, weight under `basic`, weight under `remd`.
const TABLE: [(Demand, Level, Level); 11] = [
    (Demand::OneSigner, Level::Info, Level::Fail),
    (Demand::Detached, Level::Info, Level::Fail),
    (Demand::CertificateInside, Level::Info, Level::Fail),
    (Demand::SignedAttributes, Level::Warn, Level::Fail),
    (Demand::SigningCertificate, Level::Warn, Level::Fail),
    (Demand::StrongSigningCertificate, Level::Warn, Level::Fail),
    (Demand::SigningTime, Level::Info, Level::Fail),
    (Demand::KeyUsage, Level::Info, Level::Fail),
    (Demand::CertificateVersion, Level::Warn, Level::Fail),
    (Demand::PrivateKeyPeriod, Level::Info, Level::Warn),
    (Demand::QualifiedMarks, Level::Info, Level::Warn),
];

impl Policy {
    /// Weight of a demand.
    pub(super) fn level(self, demand: Demand) -> Level {
        let row = TABLE.iter().find(|row| row.0 == demand);
        row.map_or(Level::Fail, |(_, basic, remd)| match self {
            Self::Basic => *basic,
            Self::Remd => *remd,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_demand_of_the_register_is_at_least_as_hard_as_the_basic_one() {
        for (demand, basic, remd) in TABLE {
            assert!(remd == Level::Fail || basic != Level::Fail, "{demand:?}");
        }
    }
}
