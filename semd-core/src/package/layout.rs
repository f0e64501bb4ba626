//! Which file of an official delivery is which part of which package.
//!
//! Deliveries come as ZIP archives or folders in several shapes: `118.zip` with `118/CDA.xsd` and `118.sch`, `118_1.sch`;
//! an archive or folder named by the kind with `CDA.xsd` somewhere inside; and the layout of a package folder itself. All
//! become `<kind>/schematron.sch`, `<kind>/schematron_<n>.sch` and `<kind>/xsd/…`.

/// The entry file of every schema set.
const ENTRY: &str = "CDA.xsd";

/// Where the files of a delivery go.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Folders that hold a schema set, with the kind each is for.
    sets: Vec<(String, String)>,
}

impl Layout {
    /// Looks at all names of a delivery. `named` is the kind that the name of the archive or folder says.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>, named: Option<&str>) -> Self {
        let mut sets = Vec::new();
        for name in names {
            let folder = match name.rsplit_once('/') {
                Some((folder, ENTRY)) => folder,
                None if name == ENTRY => "",
                _ => continue,
            };
            let inner = folder.rsplit('/').find(|step| is_kind(step));
            if let Some(kind) = inner.or(named) {
                sets.push((folder.to_owned(), kind.to_owned()));
            }
        }
        // A set inside another set belongs to the inner one.
        sets.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        Self { sets }
    }

    /// The place of a file in a folder of packages, and the kind it is for; `None` for a file that is no part of a package.
    /// Shared schemas, in folders whose names begin with `_`, are for every kind and have none.
    pub(super) fn place(&self, name: &str, named: Option<&str>) -> Option<(Option<String>, String)> {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let lower = file.to_ascii_lowercase();
        if let Some(stem) = lower.strip_suffix(".sch") {
            let (first, module) = stem.split_once('_').unwrap_or((stem, ""));
            let kind = match first {
                "schematron" => folder.rsplit('/').find(|step| is_kind(step)).or(named)?,
                kind if is_kind(kind) => kind,
                _ => return None,
            };
            let module = match module {
                "" => String::new(),
                number if number.bytes().all(|byte| byte.is_ascii_digit()) => format!("_{number}"),
                _ => return None,
            };
            return Some((Some(kind.to_owned()), format!("{kind}/schematron{module}.sch")));
        }
        if !lower.ends_with(".xsd") {
            return None;
        }
        if name.starts_with('_') {
            return Some((None, name.to_owned()));
        }
        let set = self.sets.iter().find_map(|(set, kind)| {
            let rest =
                if set.is_empty() { name } else { name.strip_prefix(set.as_str())?.strip_prefix('/')? };
            Some((kind, rest))
        });
        let (kind, rest) = set?;
        Some((Some(kind.clone()), format!("{kind}/xsd/{rest}")))
    }
}

/// Codes of НСИ 1.2.643.5.1.13.13.11.1520 are small numbers.
pub(super) fn is_kind(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(names: &[&str], named: Option<&str>) -> Vec<String> {
        let layout = Layout::new(names.iter().copied(), named);
        let place =
            |name: &&str| layout.place(name, named).map_or_else(|| "-".to_owned(), |(_, place)| place);
        names.iter().map(place).collect()
    }

    #[test]
    fn files_of_every_usual_delivery_find_their_place() {
        assert_eq!(
            places(
                &["118/CDA.xsd", "118/coreschemas/voc.xsd", "118.sch", "118_1.sch", "readme.txt"],
                Some("118")
            ),
            [
                "118/xsd/CDA.xsd",
                "118/xsd/coreschemas/voc.xsd",
                "118/schematron.sch",
                "118/schematron_1.sch",
                "-"
            ]
        );
        assert_eq!(
            places(&["schema/CDA.xsd", "schema/a/b.xsd", "schematron.sch"], Some("16")),
            ["16/xsd/CDA.xsd", "16/xsd/a/b.xsd", "16/schematron.sch"]
        );
        assert_eq!(
            places(&["16/xsd/CDA.xsd", "16/schematron.sch", "_pool/x.xsd", "119/xsd/CDA.xsd"], None),
            ["16/xsd/CDA.xsd", "16/schematron.sch", "_pool/x.xsd", "119/xsd/CDA.xsd"]
        );
    }

    #[test]
    fn files_without_a_kind_are_left_out() {
        assert_eq!(
            places(&["CDA.xsd", "schematron.sch", "rules.sch", "118_old.sch"], None),
            ["-", "-", "-", "-"]
        );
    }
}
