//! Known answers of `vectors/gost/gost3410`: signatures with given k, malformed signatures, refused keys.

use serde_json::Value;

use super::{ParameterSet, PublicKey, SecretKey, TestSets};
use crate::spki;
use crate::testing::{hex, vectors};

fn json(name: &str) -> Option<Value> {
    let path = vectors()?.join("gost3410").join(name);
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

fn set(oid: &Value) -> &'static ParameterSet {
    let oid = pkcs8::ObjectIdentifier::new(oid.as_str().unwrap()).unwrap();
    ParameterSet::find(&oid, TestSets::Allow).unwrap()
}

fn octets(value: &Value) -> Vec<u8> {
    hex(value.as_str().unwrap())
}

fn little_endian(value: &Value, width: usize) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let mut octets = hex(&format!("{text:0>width$}", width = 2 * width));
    octets.reverse();
    octets
}

/// A given k as signing takes it.
fn nonce(value: &Value, set: &ParameterSet) -> Vec<u8> {
    let mut octets = little_endian(value, 2 * set.width());
    octets.reverse();
    octets
}

#[test]
fn raw_signatures_of_the_vectors_get_the_recorded_verdict() {
    let Some(data) = json("signatures.json") else {
        return;
    };
    let (mut verified, mut signed) = (0, 0);
    for group in data["groups"].as_array().unwrap() {
        let set = set(&group["paramset_oid"]);
        let mut public = little_endian(&group["pub_x"], set.width());
        public.extend(little_endian(&group["pub_y"], set.width()));
        let key = PublicKey::from_le_bytes(set, &public).unwrap();
        let prepared = key.prepare();
        for test in group["tests"].as_array().unwrap() {
            let (digest, signature) = (octets(&test["digest"]), octets(&test["sig"]));
            assert_eq!(key.verify(&digest, &signature), test["expected"] == "valid", "{}", test["id"]);
            assert_eq!(prepared.verify(&digest, &signature), test["expected"] == "valid", "{}", test["id"]);
            verified += 1;
            if !test["d"].is_string() {
                continue;
            }
            let secret = SecretKey::from_le_bytes(set, &little_endian(&test["d"], set.width())).unwrap();
            let nonce = nonce(&test["k"], set);
            assert_eq!(secret.sign_with_nonce(&digest, &nonce).unwrap(), Some(signature), "{}", test["id"]);
            assert!(secret.public_key() == key, "{}", test["id"]);
            signed += 1;
        }
    }
    println!("compared {verified} raw verdicts and {signed} signatures with given k");
    assert!(verified > 0 && signed > 0);
}

#[test]
fn examples_of_rfc_7091_are_reproduced() {
    let Some(data) = json("rfc7091.json") else { return };
    let tests = data["tests"].as_array().unwrap();
    for test in tests {
        let info = spki::read(&octets(&test["spki"]), TestSets::Allow).unwrap();
        let set = info.parameter_set();
        let secret = SecretKey::from_le_bytes(set, &little_endian(&test["d"], set.width())).unwrap();
        let nonce = nonce(&test["k"], set);
        let signature = secret.sign_with_nonce(&octets(&test["digest"]), &nonce).unwrap().unwrap();
        assert_eq!(signature, octets(&test["sig"]));
        assert!(info.verify(&octets(&test["digest"]), &signature));
    }
    println!("compared {} examples of RFC 7091", tests.len());
    assert!(!tests.is_empty());
}

#[test]
fn bad_public_keys_of_the_vectors_are_refused() {
    let Some(data) = json("public_keys.json") else {
        return;
    };
    let tests = data["tests"].as_array().unwrap();
    for test in tests {
        let (digest, signature) = (octets(&test["digest"]), octets(&test["sig"]));
        let accepted = spki::read(&octets(&test["spki"]), TestSets::Allow)
            .is_ok_and(|key| key.verify(&digest, &signature));
        assert_eq!(accepted, test["expected"] == "valid", "{}", test["id"]);
        if test["expected"] == "reject" {
            assert!(spki::read(&octets(&test["spki"]), TestSets::Allow).is_err(), "{}", test["id"]);
        }
    }
    println!("compared {} public keys", tests.len());
    assert!(!tests.is_empty());
}

#[test]
fn parameters_of_the_vectors_are_read_as_recorded() {
    let Some(data) = json("spki_params.json") else {
        return;
    };
    let tests = data["tests"].as_array().unwrap();
    for test in tests {
        let accepted = spki::read(&octets(&test["spki"]), TestSets::Refuse)
            .is_ok_and(|key| key.verify(&octets(&test["digest"]), &octets(&test["sig"])));
        // "acceptable" cases break a MUST of RFC 9215 without being ambiguous: this reader takes them.
        assert_eq!(accepted, test["expected"] != "reject", "{}", test["id"]);
    }
    println!("compared {} parameter encodings", tests.len());
    assert!(!tests.is_empty());
}

#[test]
fn test_parameter_sets_are_unknown_without_opt_in() {
    assert!(ParameterSet::by_oid("1.2.643.2.2.35.0").is_none());
    assert!(ParameterSet::by_oid("1.2.643.7.1.2.1.2.0").is_none());
}
