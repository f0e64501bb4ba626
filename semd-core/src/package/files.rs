//! Where the files of packages are: a folder, or the binary itself.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::edition::EditionName;
use crate::bounded::read_file_into;

/// The packages built in: name relative to `schemas/packages`, contents.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded_packages.rs"));

/// A place with package folders.
#[derive(Clone, Debug)]
pub(super) enum Files {
    /// A folder on disk.
    Folder(PathBuf),
    /// The files built in.
    Embedded,
}

impl Files {
    /// The folders that hold a package.
    pub(super) fn packages(&self) -> io::Result<Vec<EditionName>> {
        let mut names = Vec::new();
        match self {
            Self::Folder(root) => {
                for entry in fs::read_dir(root)? {
                    let path = entry?.path();
                    let is_package =
                        path.join("schematron.sch").is_file() || path.join("xsd/CDA.xsd").is_file();
                    if is_package && let Some(name) = path.file_name().and_then(|name| name.to_str()) {
                        names.push(name.to_owned());
                    }
                }
            }
            Self::Embedded => {
                let folders = EMBEDDED.iter().filter_map(|(name, _)| {
                    name.strip_suffix("/schematron.sch").or_else(|| name.strip_suffix("/xsd/CDA.xsd"))
                });
                names.extend(folders.filter(|kind| !kind.contains('/')).map(str::to_owned));
            }
        }
        names.sort();
        names.dedup();
        Ok(names.iter().filter_map(|name| EditionName::parse(name)).collect())
    }

    /// Names of the Schematron files of a kind: `schematron.sch`, then its further modules `schematron_<number>.sch`. Files of
    /// other names, such as another edition kept beside, are not applied.
    pub(super) fn schematrons(&self, kind: &str) -> io::Result<Vec<String>> {
        let mut names: Vec<String> = match self {
            Self::Folder(root) => fs::read_dir(root.join(kind))?
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .filter(|name| is_schematron(name))
                .map(|name| format!("{kind}/{name}"))
                .collect(),
            Self::Embedded => EMBEDDED
                .iter()
                .filter(|(name, _)| {
                    name.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).is_some_and(is_schematron)
                })
                .map(|(name, _)| (*name).to_owned())
                .collect(),
        };
        names.sort_by_key(|name| (name.len(), name.clone()));
        Ok(names)
    }

    /// Names of all schema files of a kind, sorted.
    pub(super) fn schemas(&self, kind: &str) -> io::Result<Vec<String>> {
        /// Official sets have one folder inside; nobody follows links in a circle.
        const MAX_DEPTH: usize = 8;
        let prefix = format!("{kind}/xsd/");
        let mut names = Vec::new();
        match self {
            Self::Folder(root) => {
                let mut folders = vec![(root.join(kind).join("xsd"), prefix, 0)];
                while let Some((folder, prefix, depth)) = folders.pop() {
                    if !folder.is_dir() || depth > MAX_DEPTH {
                        continue;
                    }
                    for entry in fs::read_dir(folder)? {
                        let path = entry?.path();
                        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
                        let name = format!("{prefix}{name}");
                        if path.is_dir() {
                            folders.push((path, name + "/", depth + 1));
                        } else {
                            names.push(name);
                        }
                    }
                }
            }
            Self::Embedded => {
                let own = EMBEDDED.iter().filter(|(name, _)| name.starts_with(&prefix));
                names.extend(own.map(|(name, _)| (*name).to_owned()));
            }
        }
        names.sort();
        Ok(names)
    }

    /// Whether the file is there.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Folder(root) => root.join(name).is_file(),
            Self::Embedded => EMBEDDED.iter().any(|(known, _)| *known == name),
        }
    }

    /// Contents of a file by its name relative to the place, at most `limit` bytes and one more.
    pub(super) fn read(&self, name: &str, limit: usize) -> io::Result<Cow<'static, [u8]>> {
        match self {
            Self::Folder(root) => {
                let mut bytes = Vec::new();
                read_linked(root, name, limit, &mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
            Self::Embedded => embedded(name).map(Cow::Borrowed),
        }
    }

    /// As [`Self::read`], for bytes that are needed only until the next file; `room` is for them.
    pub(super) fn read_for_now<'b>(
        &self,
        name: &str,
        limit: usize,
        room: &'b mut Vec<u8>,
    ) -> io::Result<&'b [u8]> {
        match self {
            Self::Folder(root) => {
                read_linked(root, name, limit, room)?;
                Ok(room)
            }
            Self::Embedded => embedded(name),
        }
    }
}

fn embedded(name: &str) -> io::Result<&'static [u8]> {
    let known = EMBEDDED.iter().find(|(known, _)| *known == name);
    known.map(|(_, bytes)| *bytes).ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Reads a file of a folder, or the one a link leads to.
fn read_linked(root: &Path, name: &str, limit: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    read_file_into(root.join(name), limit, bytes)?;
    match link_target(name, bytes) {
        Some(target) => read_file_into(root.join(target), limit, bytes),
        None => Ok(()),
    }
}

/// `schematron.sch` or `schematron_<number>.sch`.
fn is_schematron(name: &str) -> bool {
    let module = name.strip_prefix("schematron").and_then(|rest| rest.strip_suffix(".sch"));
    module.is_some_and(|module| {
        module.is_empty()
            || module
                .strip_prefix('_')
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Where a link leads that was checked out as text: version control writes the target's path into a plain file where the
/// file system has no links. Official packages share most of their schemas through links.
///
/// `None`: the file is not such a text, or the path leaves the place.
pub(super) fn link_target(name: &str, bytes: &[u8]) -> Option<String> {
    /// Longer than any path in a delivery: what has as many bytes is a schema, and is not looked at.
    const LONGEST: usize = 512;
    if bytes.len() >= LONGEST {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let is_path = !text.contains(['<', '\n', '\0']) && (text.ends_with(".xsd") || text.ends_with(".sch"));
    if !is_path {
        return None;
    }
    crate::xsd::resolve(name, text)
}

#[cfg(test)]
mod tests {
    use super::link_target;

    #[test]
    fn link_written_as_text_leads_to_its_target_and_never_out() {
        let target = |text: &str| link_target("119/xsd/CDA.xsd", text.as_bytes());
        assert_eq!(target("../../_pool/1-CDA.xsd").as_deref(), Some("_pool/1-CDA.xsd"));
        assert_eq!(target("../../../etc/secret.xsd"), None);
        assert_eq!(target("/etc/secret.xsd"), None);
        assert_eq!(target("<xs:schema/>"), None);
        assert_eq!(target("not a path"), None);
    }
}
