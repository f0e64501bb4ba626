//! What a rule name of the admission, XML, XSD or НСИ layer means. The table is data: `schemas/rule-names/names.tsv`.

use crate::report::{Layer, Message};

const TABLE: &str = include_str!("../../schemas/rule-names/names.tsv");

/// Explanation of a rule name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The layer that uses the name.
    pub layer: Layer,
    /// What it means and why it matters.
    pub meaning: Message,
    /// What to do.
    pub advice: Message,
}

/// The explanation of a rule name, if the table has one.
///
/// ```
/// use semd_core::report::Layer;
///
/// assert_eq!(semd_core::explain::find("max-depth").unwrap().layer, Layer::Admission);
/// assert_eq!(semd_core::explain::find("no-such-rule"), None);
/// ```
pub fn find(name: &str) -> Option<Explanation> {
    rows().find(|(known, _)| *known == name).map(|(_, explanation)| explanation)
}

fn rows() -> impl Iterator<Item = (&'static str, Explanation)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(row)
}

/// One row; the table is part of the program, and a test reads every row of it.
fn row(line: &'static str) -> Option<(&'static str, Explanation)> {
    let mut fields = line.split('\t');
    let name = fields.next()?;
    let layer = match fields.next()? {
        "admission" => Layer::Admission,
        "xml" => Layer::Xml,
        "xsd" => Layer::Xsd,
        "nsi" => Layer::Nsi,
        "rule" => Layer::Rule,
        _ => return None,
    };
    let meaning = Message::new(fields.next()?, fields.next()?);
    let advice = Message::new(fields.next()?, fields.next()?);
    Some((name, Explanation { layer, meaning, advice }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_is_read_and_names_are_unique() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        let names: BTreeSet<_> = rows().map(|(name, _)| name).collect();
        assert_eq!(names.len(), lines);
        assert!(lines > 40);
    }

    #[test]
    fn every_code_that_the_register_prints_is_explained() {
        let codes = include_str!("../../schemas/rule-names/xerces.txt");
        let codes: Vec<&str> = codes.lines().filter(|line| !line.starts_with('#')).collect();
        let unknown: Vec<&&str> = codes.iter().filter(|code| find(code).is_none()).collect();
        assert!(codes.len() > 50 && unknown.is_empty(), "{unknown:?}");
        assert!(codes.iter().all(|code| find(code).is_some_and(|found| found.layer == Layer::Xsd)));
    }
}
