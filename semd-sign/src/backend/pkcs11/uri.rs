//! PKCS #11 URIs (RFC 7512): which token, which object, which module.

use std::path::PathBuf;
use std::str::FromStr;

/// Longest URI that is read, octets.
const MAX_URI: usize = 4096;

/// A key on a token, named as RFC 7512 does.
///
/// ```
/// use semd_sign::backend::pkcs11::Pkcs11Uri;
///
/// let uri: Pkcs11Uri = "pkcs11:token=Rutoken%20ECP;object=doctor;id=%01%02?module-path=/usr/lib/librtpkcs11ecp.so".parse()?;
/// assert_eq!(uri.token.as_deref(), Some("Rutoken ECP"));
/// assert_eq!(uri.id.as_deref(), Some(&[1, 2][..]));
/// # Ok::<(), semd_sign::backend::pkcs11::UriError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pkcs11Uri {
    /// Label of the token.
    pub token: Option<String>,
    /// Manufacturer of the token.
    pub manufacturer: Option<String>,
    /// Model of the token.
    pub model: Option<String>,
    /// Serial number of the token.
    pub serial: Option<String>,
    /// Number of the slot.
    pub slot: Option<u64>,
    /// Label of the key (CKA_LABEL).
    pub object: Option<String>,
    /// Identifier of the key (CKA_ID), shared with its certificate.
    pub id: Option<Vec<u8>>,
    /// The module to load (`module-path`, or `module-name` as the file `lib<name>.so`).
    pub module: Option<PathBuf>,
    /// File with the PIN (`pin-source`).
    pub pin_source: Option<PathBuf>,
}

/// Why a PKCS #11 URI is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UriError {
    /// It does not start with `pkcs11:`, or is far too long.
    #[error("not a URI with the scheme pkcs11")]
    Scheme,
    /// A part is not `name=value`, or its percent encoding is broken.
    #[error("attribute {0:?} is not name=value with %XX for other octets")]
    Malformed(String),
    /// An attribute of the path that is not known: another key could be selected than is meant.
    #[error("unknown attribute {0:?}")]
    Unknown(String),
    /// An attribute stands twice.
    #[error("attribute {0:?} stands twice")]
    Repeated(String),
    /// The value of an attribute is not possible.
    #[error("attribute {0:?} has an impossible value")]
    Value(String),
    /// The PIN stands in the URI, where every user of the machine can read it.
    #[error("pin-value in the URI: a PIN is not given as an argument")]
    PinValue,
    /// The PIN would be read from a program.
    #[error("pin-source that is not a file")]
    PinSource,
}

impl FromStr for Pkcs11Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        let rest = text.strip_prefix("pkcs11:").filter(|_| text.len() <= MAX_URI).ok_or(UriError::Scheme)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut uri = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        for part in path.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = attribute(part, &mut seen)?;
            uri.set_path(name, value)?;
        }
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = attribute(part, &mut seen)?;
            uri.set_query(name, value)?;
        }
        Ok(uri)
    }
}

impl Pkcs11Uri {
    fn set_path(&mut self, name: &str, value: Vec<u8>) -> Result<(), UriError> {
        let field = match name {
            "token" => &mut self.token,
            "manufacturer" => &mut self.manufacturer,
            "model" => &mut self.model,
            "serial" => &mut self.serial,
            "object" => &mut self.object,
            "id" => {
                self.id = Some(value);
                return Ok(());
            }
            "slot-id" => {
                let number = text(name, value)?.parse().map_err(|_| UriError::Value(name.to_owned()))?;
                self.slot = Some(number);
                return Ok(());
            }
            // Says nothing about which key; what else it may say would select no private key.
            "type" => {
                return match &*value {
                    b"private" | b"cert" => Ok(()),
                    _ => Err(UriError::Value(name.to_owned())),
                };
            }
            _ => return Err(UriError::Unknown(name.to_owned())),
        };
        *field = Some(text(name, value)?);
        Ok(())
    }

    /// Attributes of the query that are not known are passed over (RFC 7512 2.4).
    fn set_query(&mut self, name: &str, value: Vec<u8>) -> Result<(), UriError> {
        match name {
            "pin-value" => return Err(UriError::PinValue),
            "pin-source" => {
                let source = text(name, value)?;
                if source.starts_with('|') {
                    return Err(UriError::PinSource);
                }
                let path = source.strip_prefix("file://").or_else(|| source.strip_prefix("file:"));
                self.pin_source = Some(PathBuf::from(path.unwrap_or(&source)));
            }
            "module-path" => self.module = Some(PathBuf::from(text(name, value)?)),
            "module-name" if self.module.is_none() => {
                let name = text(name, value)?;
                if name.contains(['/', '\\']) {
                    return Err(UriError::Value("module-name".to_owned()));
                }
                self.module = Some(PathBuf::from(format!("lib{name}.so")));
            }
            _ => {}
        }
        Ok(())
    }
}

fn attribute<'u>(part: &'u str, seen: &mut Vec<&'u str>) -> Result<(&'u str, Vec<u8>), UriError> {
    let malformed = || UriError::Malformed(part.chars().take(40).collect());
    let (name, value) = part.split_once('=').ok_or_else(malformed)?;
    if seen.contains(&name) {
        return Err(UriError::Repeated(name.to_owned()));
    }
    seen.push(name);
    Ok((name, decoded(value).ok_or_else(malformed)?))
}

fn text(name: &str, value: Vec<u8>) -> Result<String, UriError> {
    String::from_utf8(value).map_err(|_| UriError::Value(name.to_owned()))
}

/// Undoes percent encoding.
fn decoded(value: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            octets.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            octets.push(first);
        }
    }
    Some(octets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_attribute_is_read() {
        let uri: Pkcs11Uri = "pkcs11:token=%D0%92%D1%80%D0%B0%D1%87;manufacturer=Aktiv;model=ECP;serial=01ab;slot-id=7;object=k%3B1;id=%00%ff;type=private?pin-source=file:/run/pin&module-path=/usr/lib/p.so&x-later=1"
            .parse()
            .unwrap();
        assert_eq!(uri.token.as_deref(), Some("Врач"));
        assert_eq!(uri.manufacturer.as_deref(), Some("Aktiv"));
        assert_eq!(uri.model.as_deref(), Some("ECP"));
        assert_eq!(uri.serial.as_deref(), Some("01ab"));
        assert_eq!(uri.slot, Some(7));
        assert_eq!(uri.object.as_deref(), Some("k;1"));
        assert_eq!(uri.id.as_deref(), Some(&[0, 255][..]));
        assert_eq!(uri.pin_source, Some(PathBuf::from("/run/pin")));
        assert_eq!(uri.module, Some(PathBuf::from("/usr/lib/p.so")));
        let named: Pkcs11Uri = "pkcs11:?module-name=softhsm2".parse().unwrap();
        assert_eq!(named.module, Some(PathBuf::from("libsofthsm2.so")));
    }

    #[test]
    fn what_could_select_another_key_or_show_a_pin_is_refused() {
        let refused = |text: &str| text.parse::<Pkcs11Uri>().unwrap_err();
        assert_eq!(refused("PKCS11:token=a"), UriError::Scheme);
        assert_eq!(refused("pkcs11:tokn=a"), UriError::Unknown("tokn".to_owned()));
        assert_eq!(refused("pkcs11:token=a;token=b"), UriError::Repeated("token".to_owned()));
        assert_eq!(refused("pkcs11:token"), UriError::Malformed("token".to_owned()));
        assert_eq!(refused("pkcs11:id=%0g"), UriError::Malformed("id=%0g".to_owned()));
        assert_eq!(refused("pkcs11:id=%+1"), UriError::Malformed("id=%+1".to_owned()));
        assert_eq!(refused("pkcs11:token=%ff"), UriError::Value("token".to_owned()));
        assert_eq!(refused("pkcs11:type=public"), UriError::Value("type".to_owned()));
        assert_eq!(refused("pkcs11:?pin-value=1234"), UriError::PinValue);
        assert_eq!(refused("pkcs11:?pin-source=%7Ccat%20pin"), UriError::PinSource);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "pkcs11:[ -~]{0,60}") {
            let _ = text.parse::<Pkcs11Uri>();
        }

        #[test]
        fn percent_encoding_is_undone(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
            let encoded: String = octets.iter().map(|octet| format!("%{octet:02X}")).collect();
            let uri: Pkcs11Uri = format!("pkcs11:id={encoded}").parse().unwrap();
            prop_assert_eq!(uri.id, Some(octets));
        }
    }
}
