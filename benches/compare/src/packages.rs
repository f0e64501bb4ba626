//! Official packages made ready for the peers: links written as text resolved, backslashes in locations turned round,
//! rule sets turned into stylesheets.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::xslt;

/// The files the peers load for one kind.
pub(crate) struct Prepared {
    pub(crate) stylesheet: Option<PathBuf>,
    pub(crate) schema: Option<PathBuf>,
    /// The rule set for engines without arrays: `= ['a', 'b']` written `= ('a', 'b')`.
    pub(crate) plain_rules: String,
}

/// Prepares the package of a kind in a folder. Only the first rule set is compared: few kinds have a second one.
pub(crate) fn prepare(packages: &Path, kind: &str, out: &Path) -> io::Result<Prepared> {
    let from = packages.join(kind);
    let out = out.join(kind);
    fs::create_dir_all(&out)?;
    let rules = read(&from.join("schematron.sch")).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let rules = rules.unwrap_or_default();
    let stylesheet = match xslt::stylesheet(&rules) {
        Some(text) => {
            let path = out.join("rules.xsl");
            fs::write(&path, text)?;
            Some(path)
        }
        None => None,
    };
    let mut schema = None;
    if from.join("xsd/CDA.xsd").is_file() {
        copy(&from.join("xsd"), &out.join("xsd"))?;
        schema = Some(out.join("xsd/CDA.xsd"));
    }
    Ok(Prepared { stylesheet, schema, plain_rules: without_arrays(&rules) })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            let text = String::from_utf8_lossy(&read(&path)?).into_owned();
            fs::write(to.join(name), turned(&text))?;
        }
    }
    Ok(())
}

/// A file, or the file that a link leads to which was checked out as text.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    match std::str::from_utf8(&bytes) {
        Ok(link) if link.starts_with("../") && link.len() < 512 => {
            fs::read(path.parent().unwrap_or(path).join(link.trim()))
        }
        _ => Ok(bytes),
    }
}

/// Slashes instead of backslashes in the locations of schema documents.
fn turned(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("schemaLocation=\"") {
        let start = at + "schemaLocation=\"".len();
        let end = rest[start..].find('"').map_or(rest.len(), |length| start + length);
        out.push_str(&rest[..start]);
        out.push_str(&rest[start..end].replace('\\', "/"));
        rest = &rest[end..];
    }
    out + rest
}

fn without_arrays(rules: &str) -> String {
    let mut out = String::with_capacity(rules.len());
    let mut rest = rules;
    while let Some(at) = rest.find('=') {
        let after = &rest[at + 1..];
        let inside = after.trim_start();
        out.push_str(&rest[..=at]);
        rest = after;
        if let Some(members) = inside.strip_prefix('[')
            && let Some(end) = members.find(']')
        {
            out.push_str(&format!("({})", &members[..end]));
            rest = &members[end + 1..];
        }
    }
    out + rest
}
