//! Which certificates an authority has revoked: a text file beside its key, one line a certificate.

use std::path::Path;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::PkiError;
use super::authority::file_error;
use crate::certificate::Certificate;
use crate::revocation::RevocationReason;

/// File of the register in an authority's folder.
const FILE: &str = "revoked.tsv";

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Contents of the serial number's INTEGER.
    serial: Vec<u8>,
    /// Since when.
    pub at: OffsetDateTime,
    /// Why.
    pub reason: RevocationReason,
}

impl Revoked {
    /// Revokes a certificate.
    pub fn new(certificate: &Certificate, at: OffsetDateTime, reason: RevocationReason) -> Self {
        Self { serial: certificate.serial_raw().to_vec(), at, reason }
    }

    /// Contents of the serial number's INTEGER.
    pub(super) fn serial(&self) -> &[u8] {
        &self.serial
    }
}

/// The certificates an authority has revoked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevokedList {
    entries: Vec<Revoked>,
}

impl RevokedList {
    /// Reads the register of an authority's folder; empty when there is none.
    ///
    /// # Errors
    /// The file cannot be read or is damaged.
    pub fn open(folder: &Path) -> Result<Self, PkiError> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(file_error(&path, error)),
        };
        let entries = text.lines().enumerate().map(|(index, line)| {
            parse(line).ok_or_else(|| PkiError::Register { path: path.clone(), line: index + 1 })
        });
        Ok(Self { entries: entries.collect::<Result<_, _>>()? })
    }

    /// Adds a certificate, or changes when and why it was revoked.
    pub fn add(&mut self, revoked: Revoked) {
        self.entries.retain(|known| known.serial != revoked.serial);
        self.entries.push(revoked);
    }

    /// Writes the register into an authority's folder.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), PkiError> {
        let line = |entry: &Revoked| {
            let serial: String = entry.serial.iter().map(|octet| format!("{octet:02X}")).collect();
            let at = entry.at.format(&Rfc3339).unwrap_or_default();
            format!("{serial}\t{at}\t{}\n", entry.reason.name())
        };
        let path = folder.join(FILE);
        let text: String = self.entries.iter().map(line).collect();
        std::fs::write(&path, text).map_err(|error| file_error(&path, error))
    }

    /// All entries.
    pub fn entries(&self) -> &[Revoked] {
        &self.entries
    }

    /// The entry of a serial number.
    pub(super) fn find(&self, serial: &[u8]) -> Option<&Revoked> {
        self.entries.iter().find(|entry| entry.serial == serial)
    }
}

fn parse(line: &str) -> Option<Revoked> {
    let mut fields = line.split('\t');
    let (serial, at, reason) = (fields.next()?, fields.next()?, fields.next()?);
    if serial.is_empty() || !serial.is_ascii() || !serial.len().is_multiple_of(2) {
        return None;
    }
    let octets =
        (0..serial.len()).step_by(2).map(|index| u8::from_str_radix(&serial[index..index + 2], 16).ok());
    Some(Revoked {
        serial: octets.collect::<Option<_>>()?,
        at: OffsetDateTime::parse(at, &Rfc3339).ok()?,
        reason: RevocationReason::by_name(reason)?,
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn saved_register_is_read_back_and_damage_is_located() {
        let folder = tempfile::tempdir().unwrap();
        let entry = Revoked {
            serial: vec![0x4A, 0x01],
            at: datetime!(2026-05-28 12:00 UTC),
            reason: RevocationReason::KeyCompromise,
        };
        let mut list = RevokedList::open(folder.path()).unwrap();
        list.add(entry.clone());
        list.add(Revoked { reason: RevocationReason::Superseded, ..entry });
        list.save(folder.path()).unwrap();
        assert_eq!(RevokedList::open(folder.path()).unwrap(), list);
        assert_eq!(list.entries().len(), 1);
        std::fs::write(folder.path().join(FILE), "4A01\tyesterday\tsuperseded\n").unwrap();
        assert!(matches!(RevokedList::open(folder.path()), Err(PkiError::Register { line: 1, .. })));
    }
}
