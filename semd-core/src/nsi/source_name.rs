//! What the name of an official file says.

use super::version::is_version;
use crate::oid::Identifiers;

/// What an official file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Description of one version of a dictionary.
    Passport,
    /// Some of its rows; the number gives the order.
    Part(u32),
    /// All rows, as the portal publishes them for download.
    Export,
}

/// A file name taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SourceName<'a> {
    pub(super) oid: &'a str,
    pub(super) version: &'a str,
    pub(super) content: Content,
}

impl<'a> SourceName<'a> {
    /// Reads `<oid>_<version>_passport`, `<oid>_<version>_part<n>` (each also with `.json`) and `<oid>_<version>.json`; folders
    /// before the name do not count. `None`: the file is not a part of a dictionary.
    pub(super) fn read(name: &'a str) -> Option<Self> {
        let name = name.rsplit(['/', '\\']).next()?;
        let stem = name.strip_suffix(".json");
        let mut fields = stem.unwrap_or(name).split('_');
        let (oid, version) = (fields.next()?, fields.next()?);
        let content = match fields.next() {
            None => stem.map(|_| Content::Export)?,
            Some("passport") => Content::Passport,
            Some(part) => Content::Part(part.strip_prefix("part")?.parse().ok()?),
        };
        (fields.next().is_none() && is_oid(oid) && is_version(version)).then_some(Self {
            oid,
            version,
            content,
        })
    }
}

/// Whether a text is an object identifier in dotted form (ITU-T X.660): at least two arcs, no leading zeros, first arc
/// 0 to 2.
///
/// ```
/// use semd_core::nsi::is_oid;
///
/// assert!(is_oid("1.2.643.5.1.13.13.12.2.77.999001"));
/// assert!(!is_oid("1..2") && !is_oid("3.1") && !is_oid("1.02"));
/// ```
pub fn is_oid(text: &str) -> bool {
    text.len() <= 256 && Identifiers::OfTwoArcs.contain(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_official_files_are_understood() {
        let name = |text| SourceName::read(text).map(|name| (name.oid, name.version, name.content));
        assert_eq!(name("1.2.3_4.5_passport"), Some(("1.2.3", "4.5", Content::Passport)));
        assert_eq!(name("in/a/folder/1.2.3_4.5_part12.json"), Some(("1.2.3", "4.5", Content::Part(12))));
        assert_eq!(name("1.2.3_4.5.json"), Some(("1.2.3", "4.5", Content::Export)));
        for other in
            ["INDEX.tsv", "1.2.3_4.5", "1.2.3_x_passport", "1.2..3_1.0_passport", "1.2.3_1.0_part", "", "_"]
        {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn object_identifiers_have_no_empty_arcs_and_no_leading_zeros() {
        assert!(["1.2", "1.2.643.5.1.13.13.11.1520", "2.16.840.1.0.5"].iter().all(|oid| is_oid(oid)));
        assert!(
            !["", "1", "1.", ".1", "1..2", "1.02", "3.1", "12.1", "1.2.a", "1.2 ", "urn:oid:1.2"]
                .iter()
                .any(|oid| is_oid(oid))
        );
    }
}
