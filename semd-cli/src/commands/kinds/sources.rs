//! What kinds are described from.

use clap::Args;
use semd_core::kinds::{Kind, KindRegistry};
use semd_core::nsi::Store;
use semd_core::package::PackageStore;
use semd_exchange::reference::{KindWindow, ReferenceData};
use time::Date;

use crate::args::{DictionaryPlace, KindFolder, PackageFolders, ReferencePlace};
use crate::failure::Failure;
use crate::{dictionaries, packages};

/// Flags that name the sources.
#[derive(Args, Debug)]
pub(super) struct Sources {
    #[command(flatten)]
    kinds: KindFolder,
    #[command(flatten)]
    folders: PackageFolders,
    #[command(flatten)]
    reference: ReferencePlace,
    #[command(flatten)]
    dictionaries: DictionaryPlace,
}

/// The sources, opened.
pub(super) struct Known {
    pub(super) kinds: KindRegistry,
    pub(super) packages: PackageStore,
    pub(super) data: ReferenceData,
    dictionaries: Option<Store>,
}

impl Sources {
    pub(super) fn open(&self) -> Result<Known, Failure> {
        Ok(Known {
            kinds: self.kinds.open()?,
            packages: packages::open(&self.folders)?,
            data: self.reference.open()?,
            dictionaries: dictionaries::open(&self.dictionaries)?,
        })
    }
}

impl Known {
    /// The window of registration that holds.
    pub(super) fn window(&self, kind: &Kind) -> KindWindow {
        KindWindow::of(kind, &self.data, self.dictionaries.as_ref())
    }
}

/// A window for people; a dash where nothing bounds it.
pub(super) fn days(window: KindWindow) -> String {
    if window == KindWindow::default() {
        return "—".to_owned();
    }
    let day = |bound: Option<Date>| bound.map_or_else(|| "…".to_owned(), |day| day.to_string());
    format!("{} – {}", day(window.from), day(window.to))
}
