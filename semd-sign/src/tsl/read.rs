//! Reading the list. Element names are those of the published list, which has no namespace and no public schema; what is
//! not asked about is passed over, so that new elements do no harm.

use semd_core::xml::{self, Document, ElementId, Limits};
use time::OffsetDateTime;
use time::format_description::well_known::{Iso8601, Rfc3339};

use super::{AccreditationStatus, Authority, TrustList, TrustListError};
use crate::certificate::Certificate;
use crate::{pem, xmldsig};

impl TrustList {
    /// Reads a list and checks its signature.
    ///
    /// # Errors
    /// Not a list, or its signature does not hold over the whole of it.
    ///
    /// ```
    /// assert!(semd_sign::tsl::TrustList::read(b"<list/>").is_err());
    /// ```
    pub fn read(bytes: &[u8]) -> Result<Self, TrustListError> {
        // Of documents to be signed a byte order mark would be reported; here it says nothing.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let document = xml::parse(bytes, &Limits::default())
            .map_err(|fault| TrustListError::Xml { offset: fault.offset, fault: fault.message() })?;
        let root = document.root();
        if document.local_name(root) != "АккредитованныеУдостоверяющиеЦентры"
        {
            return Err(TrustListError::Structure("АккредитованныеУдостоверяющиеЦентры"));
        }
        let signer = check_signature(&document, root)?;
        let text = |name: &str| text(&document, root, name);
        let version = text("Версия").and_then(|version| version.parse().ok());
        let authorities = document
            .children_named(root, "", "УдостоверяющийЦентр")
            .map(|element| read_authority(&document, element))
            .collect();
        Ok(Self {
            version: version.ok_or(TrustListError::Structure("Версия"))?,
            date: text("Дата").and_then(|date| moment(&date)),
            authorities,
            signer,
        })
    }
}

/// The certificate that signed the whole list.
fn check_signature(document: &Document<'_>, root: ElementId) -> Result<Certificate, TrustListError> {
    // Only a signature that stands in the list itself, not one hidden deeper.
    let signature = document
        .child(root, xmldsig::NAMESPACE, "Signature")
        .ok_or(TrustListError::Structure("ds:Signature"))?;
    let verified = xmldsig::verify(document, signature, &xmldsig::Options::default())?;
    if verified.covers(document, root) { Ok(verified.certificate) } else { Err(TrustListError::Partial) }
}

fn read_authority(document: &Document<'_>, element: ElementId) -> Authority {
    let text = |name: &str| text(document, element, name);
    let mut statuses: Vec<_> = document
        .children_named(element, "", "ИсторияСтатусовАккредитации")
        .flat_map(|history| document.children_named(history, "", "СтатусАккредитации"))
        .chain(document.children_named(element, "", "СтатусАккредитации"))
        .filter_map(|status| read_status(document, status))
        .collect();
    statuses.sort_by_key(|(since, _)| *since);
    let keys = descend(
        document,
        element,
        &["ПрограммноАппаратныеКомплексы", "ПрограммноАппаратныйКомплекс", "КлючиУполномоченныхЛиц", "Ключ"],
    );
    let mut certificates = Vec::new();
    let mut crl_urls = Vec::new();
    for key in keys {
        for data in descend(document, key, &["Сертификаты", "ДанныеСертификата", "Данные"])
        {
            let der = pem::decode_base64(document.string_value(data).as_bytes());
            certificates.extend(der.and_then(|der| Certificate::from_bytes(&der).ok()));
        }
        for address in descend(document, key, &["АдресаСписковОтзыва", "Адрес"]) {
            crl_urls.push(document.string_value(address).trim().to_owned());
        }
    }
    Authority {
        name: text("Название").unwrap_or_default(),
        ogrn: text("ОГРН"),
        number: text("РеестровыйНомер"),
        statuses,
        certificates,
        crl_urls,
    }
}

fn read_status(document: &Document<'_>, element: ElementId) -> Option<(OffsetDateTime, AccreditationStatus)> {
    let since = moment(&text(document, element, "ДействуетС")?)?;
    Some((since, AccreditationStatus::by_word(&text(document, element, "Статус")?)))
}

/// All elements at the end of a path of names.
fn descend(document: &Document<'_>, from: ElementId, path: &[&str]) -> Vec<ElementId> {
    path.iter().fold(vec![from], |found, name| {
        found.into_iter().flat_map(|element| document.children_named(element, "", name)).collect()
    })
}

/// The text of a child.
fn text(document: &Document<'_>, element: ElementId, name: &str) -> Option<String> {
    let child = document.child(element, "", name)?;
    Some(document.string_value(child).trim().to_owned())
}

/// Date and time, with zone or without (UTC then).
fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| {
        let plain = time::PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).ok();
        plain.map(time::PrimitiveDateTime::assume_utc)
    })
}
