//! Where the files of packages are: a folder, or the binary itself.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read as _};
use std::path::PathBuf;

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
    /// Names of the folders that hold a package, sorted as numbers where they are.
    pub(super) fn kinds(&self) -> io::Result<Vec<String>> {
        let mut kinds = Vec::new();
        match self {
            Self::Folder(root) => {
                for entry in fs::read_dir(root)? {
                    let path = entry?.path();
                    let is_package =
                        path.join("schematron.sch").is_file() || path.join("xsd/CDA.xsd").is_file();
                    if is_package && let Some(name) = path.file_name().and_then(|name| name.to_str()) {
                        kinds.push(name.to_owned());
                    }
                }
            }
            Self::Embedded => {
                let folders = EMBEDDED.iter().filter_map(|(name, _)| {
                    name.strip_suffix("/schematron.sch").or_else(|| name.strip_suffix("/xsd/CDA.xsd"))
                });
                kinds.extend(folders.filter(|kind| !kind.contains('/')).map(str::to_owned));
            }
        }
        kinds.sort_by_key(|kind| (kind.parse::<u32>().unwrap_or(u32::MAX), kind.clone()));
        kinds.dedup();
        Ok(kinds)
    }

    /// Names of the Schematron files of a kind, `schematron.sch` first.
    pub(super) fn schematrons(&self, kind: &str) -> io::Result<Vec<String>> {
        let is_schematron = |name: &str| name.starts_with("schematron") && name.ends_with(".sch");
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
                fs::File::open(root.join(name))?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
            Self::Embedded => EMBEDDED
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, bytes)| Cow::Borrowed(*bytes))
                .ok_or_else(|| io::ErrorKind::NotFound.into()),
        }
    }
}
