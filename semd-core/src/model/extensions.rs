//! Classes of the Russian extension namespaces (`urn:hl7-ru:*`).

use super::class::class;
use super::{Cd, St, Ts};

class! {
    /// `identity:IdentityDoc`: a document that proves identity.
    IdentityDoc {
        identity_card_type IDENTITY "IdentityCardType": one Cd;
        /// The same in older editions.
        identity_card_type_id IDENTITY "IdentityCardTypeId": one Cd;
        series IDENTITY "Series": one St;
        number IDENTITY "Number": one St;
        issue_org_name IDENTITY "IssueOrgName": one St;
        issue_org_code IDENTITY "IssueOrgCode": one St;
        issue_date IDENTITY "IssueDate": one Ts;
    }

    /// `identity:AuthorityDoc`: a document that gives authority to a representative.
    AuthorityDoc {
        identity_card_type IDENTITY "IdentityCardType": one Cd;
        series IDENTITY "Series": one St;
        number IDENTITY "Number": one St;
        issue_org_name IDENTITY "IssueOrgName": one St;
        issue_date IDENTITY "IssueDate": one Ts;
    }

    /// `identity:InsurancePolicy`: policy of the obligatory insurance.
    InsurancePolicy {
        insurance_policy_type IDENTITY "InsurancePolicyType": one Cd;
        series IDENTITY "Series": one St;
        number IDENTITY "Number": one St;
    }

    /// `identity:Props`: registration numbers of an organisation.
    Props {
        ogrn IDENTITY "Ogrn": one St;
        ogrnip IDENTITY "Ogrnip": one St;
        okpo IDENTITY "Okpo": one St;
        okato IDENTITY "Okato": one St;
        inn IDENTITY "INN": one St;
    }

    /// `identity:DocInfo`: the document on which payment is founded.
    DocInfo {
        identity_doc_type IDENTITY "IdentityDocType": one Cd;
        insurance_policy_type IDENTITY "InsurancePolicyType": one Cd;
        series IDENTITY "Series": one St;
        number IDENTITY "Number": one St;
        inn IDENTITY "INN": one St;
        effective_time IDENTITY "effectiveTime": one Validity;
    }

    /// `identity:effectiveTime`: from when until when a document is valid.
    Validity typed(xsi_type) {
        low IDENTITY "low": one Ts;
        high IDENTITY "high": one Ts;
    }

    /// `fias:Address`: place in the federal address register (ФИАС).
    FiasAddress {
        aoguid FIAS "AOGUID": one St;
        houseguid FIAS "HOUSEGUID": one St;
    }
}
