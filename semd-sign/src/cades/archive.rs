//! CAdES-A: an archive time stamp over everything in the container (EN 319 122-1 5.5).

use super::time_stamp::{TimeStampSource, fetch, first_signer, with_unsigned};
use crate::backend::SignError;
use crate::cms::{self, CmsError, SignedData};
use crate::oid;
use crate::verify::archive;

/// Adds archive-time-stamp-v3 over the document, the first signer and everything in the container: CAdES-A. `content` is
/// the document; for an attached container too.
///
/// # Errors
/// The container cannot be read, or no time stamp could be had.
pub fn add_archive_time_stamp(
    container: &[u8],
    content: &[u8],
    source: &dyn TimeStampSource,
) -> Result<Vec<u8>, SignError> {
    let octets = cms::decode(container)?;
    let data = SignedData::read(&octets)?;
    let (signer, function) = first_signer(&data)?;
    let index = archive::build_index(function, signer, &data).map_err(CmsError::from)?;
    let input = archive::covered(signer, &data, &function.digest(content), &index).map_err(CmsError::from)?;
    let token = fetch(function, &input, source)?;
    // The index stands in the token itself, unsigned there, and is covered by its imprint.
    let token = cms::extend(&token, with_unsigned(&oid::ATS_HASH_INDEX_V3, &index))?;
    Ok(cms::extend(&octets, with_unsigned(&oid::ARCHIVE_TIME_STAMP_V3, &token))?)
}
