//! Any bytes as what services of authorities answer: revocation lists, OCSP, time stamps, lists of authorities, policies.
#![no_main]

use libfuzzer_sys::fuzz_target;
use semd_sign::digest::Streebog;
use semd_sign::revocation::{Crl, OcspRequest, OcspResponse};
use semd_sign::tsl::TrustList;
use semd_sign::tsp::{TimeStampRequest, read_response};
use semd_sign::verify::{
    Content, ControlTime, DocumentDigests, Policy, Request, TrustStore, verify, verify_time_stamp,
};

fuzz_target!(|bytes: &[u8]| {
    let mut trust = TrustStore::new();
    if let Ok(list) = Crl::from_bytes(bytes) {
        let _ = trust.add_crl(list.der());
    }
    if let Ok(response) = OcspResponse::from_bytes(bytes) {
        let _ = trust.add_ocsp(response.der());
    }
    if let Ok(request) = OcspRequest::from_bytes(bytes) {
        assert_eq!(OcspRequest::from_bytes(&request.to_der()), Ok(request));
    }
    if let Ok(request) = TimeStampRequest::from_bytes(bytes) {
        assert_eq!(TimeStampRequest::from_bytes(&request.to_der()), Ok(request));
    }
    if let Ok(request) = TimeStampRequest::new(Streebog::S256, b"data") {
        let _ = read_response(bytes, &request);
    }
    let _ = TrustList::read(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Policy::from_toml(text);
    }
    let _ = verify_time_stamp(bytes, b"data", &trust, ControlTime::SigningTime, &Policy::Remd);
    let digests = DocumentDigests::read(&mut &b"content"[..], [bytes]);
    let contents = [Some(Content::Inside), digests.as_ref().ok().map(Content::Digests)];
    for content in contents.into_iter().flatten() {
        let time = ControlTime::SigningTime;
        let _ = verify(&Request { content, signature: bytes, trust: &trust, time, policy: Policy::Basic });
    }
});
