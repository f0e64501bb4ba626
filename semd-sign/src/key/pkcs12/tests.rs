use super::super::budget::Work;
use super::*;
use crate::asn1::Writer;

const PASSWORD: &[u8] = "Проверка-1".as_bytes();

/// Containers that open, with the number of their certificates.
const GOOD: [(&str, usize); 7] = [
    ("rfc9548", 2),
    ("rfc9548-512", 1),
    ("appendix-b", 1),
    ("gost94-mac", 1),
    ("aes", 1),
    ("cryptopro", 1),
    ("cryptopro-512", 1),
];

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/keys");
    std::fs::read(format!("{folder}/{name}.pfx")).unwrap()
}

fn open(octets: &[u8], password: &[u8]) -> Result<KeyFile, KeyError> {
    KeyFile::from_bytes(octets, Some(password))
}

#[test]
fn containers_of_each_mac_rule_and_cipher_open_with_the_certificate_of_the_key() {
    for (name, certificates) in GOOD {
        let file = open(&fixture(name), PASSWORD).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(file.certificates.len(), certificates, "{name}");
        let certificate = file.certificate().unwrap_or_else(|| panic!("{name}: no certificate of the key"));
        assert!(!certificate.is_self_issued(), "{name}: the authority instead of the person");
        let digest = vec![7; file.key.digest().len()];
        let signature = file.key.sign_digest(&digest).unwrap();
        assert!(certificate.public_key().unwrap().verify(&digest, &signature), "{name}");
    }
}

#[test]
fn password_is_demanded_and_a_wrong_one_is_told() {
    for (name, _) in GOOD {
        let octets = fixture(name);
        assert_eq!(KeyFile::from_bytes(&octets, None).unwrap_err(), KeyError::PasswordRequired, "{name}");
        for wrong in [&b""[..], b"wrong", b"\xff\xfe", "Проверка-1 ".as_bytes()] {
            assert_eq!(open(&octets, wrong).unwrap_err(), KeyError::WrongPassword, "{name}");
        }
    }
}

#[test]
fn changed_content_is_refused_before_anything_is_decrypted() {
    for (name, _) in GOOD {
        let mut octets = fixture(name);
        let middle = octets.len() / 2;
        octets[middle] ^= 1;
        assert_eq!(open(&octets, PASSWORD).unwrap_err(), KeyError::WrongPassword, "{name}");
    }
}

#[test]
fn container_without_mac_is_refused() {
    assert_eq!(open(&fixture("no-mac"), PASSWORD).unwrap_err(), KeyError::NoMac);
}

#[test]
fn cut_containers_are_errors() {
    let octets = fixture("gost94-mac");
    for length in 0..octets.len() {
        assert!(open(&octets[..length], PASSWORD).is_err(), "{length}");
    }
    assert!(open(&[octets.as_slice(), &[0]].concat(), PASSWORD).is_err());
}

/// Rebuilds a container: the content of its AuthenticatedSafe as `octets` writes it, and its MacData as `mac` does.
fn rebuilt(
    name: &str,
    content: impl FnOnce(&mut Writer, &[u8]),
    mac: impl FnOnce(&mut Writer, &[u8]),
) -> Vec<u8> {
    let octets = fixture(name);
    let mut pfx = Reader::single(&octets, tag::SEQUENCE).unwrap().reader();
    let version = pfx.read().unwrap();
    let (kind, safe) = content_info(&pfx.read().unwrap()).unwrap();
    let safe = safe.reader().read().unwrap();
    let data = pfx.read().unwrap();
    Writer::build(|writer| {
        writer.sequence(|pfx| {
            pfx.raw(version.raw);
            pfx.sequence(|info| {
                info.oid(&kind).constructed(tag::context(0), |inner| content(inner, safe.content));
            });
            mac(pfx, data.raw);
        });
    })
}

#[test]
fn content_in_pieces_of_indefinite_length_opens() {
    let octets = rebuilt(
        "rfc9548",
        |writer, content| {
            let mut pieces = vec![0x24, 0x80];
            for piece in content.chunks(1000) {
                pieces.extend(Writer::build(|writer| {
                    writer.octet_string(piece);
                }));
            }
            pieces.extend([0, 0]);
            writer.raw(&pieces);
        },
        |writer, mac| {
            writer.raw(mac);
        },
    );
    assert!(open(&octets, PASSWORD).unwrap().certificate().is_some());
}

#[test]
fn expensive_mac_is_refused_before_it_is_computed() {
    for iterations in [&[0x01, 0x00, 0x00][..], &[0x7F, 0xFF, 0xFF, 0xFF]] {
        let octets = rebuilt(
            "rfc9548",
            |writer, content| {
                writer.octet_string(content);
            },
            |writer, mac| {
                let mut mac = Reader::single(mac, tag::SEQUENCE).unwrap().reader();
                let (info, salt) = (mac.read().unwrap(), mac.read().unwrap());
                writer.sequence(|mac| {
                    mac.raw(info.raw).raw(salt.raw).unsigned(iterations);
                });
            },
        );
        assert_eq!(open(&octets, PASSWORD).unwrap_err(), KeyError::Expensive);
    }
}

#[test]
fn price_of_all_parts_together_is_bounded() {
    let mut budget = Budget::new();
    assert_eq!(budget.iterations(Work::Gost, 60_000, 1), Ok(()));
    assert_eq!(budget.iterations(Work::Gost, 60_000, 1), Err(KeyError::Expensive));
}
