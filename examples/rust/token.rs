//! Sign with a key on a token by PKCS #11: `example-token PKCS11-URI CERTIFICATE DOCUMENT SIGNATURE`
//!
//! The URI (RFC 7512) names module, token and key: `pkcs11:token=clinic;object=doctor?module-path=/usr/lib/librtpkcs11ecp.so`.
//! The PIN comes from the environment here (`EXAMPLE_PIN`); a real program asks for it and keeps no copy.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;

use semd_sign::backend::pkcs11::{PinNeed, Pkcs11Signer, Pkcs11Uri, Token};
use semd_sign::{Certificate, Signer, cades};
use time::OffsetDateTime;
use zeroize::Zeroizing;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [uri, certificate, document, signature] = &arguments[..] else {
        return Err("example-token PKCS11-URI CERTIFICATE DOCUMENT SIGNATURE".into());
    };
    let uri: Pkcs11Uri = uri.parse()?;
    let certificate = Certificate::from_bytes(&std::fs::read(certificate)?)?;
    let token = Token::find(&uri, None)?;
    println!("token: {}", token.facts().label);
    // Asked before the PIN is presented, so that the last try is never spent by accident.
    let pin = match token.pin_need(false)? {
        PinNeed::None => None,
        PinNeed::Pin => Some(Zeroizing::new(std::env::var("EXAMPLE_PIN")?.into_bytes())),
    };
    // Without a certificate here the one on the token is taken.
    match Pkcs11Signer::open(token, &uri, pin, Some(certificate)) {
        Ok(signer) => {
            let document = std::fs::read(document)?;
            let container = cades::sign_detached(&signer, &document, OffsetDateTime::now_utc())?;
            std::fs::write(signature, container)?;
            println!("signed by {}", signer.algorithm()?);
        }
        Err(error) => println!("not signed: {}", error.message().en),
    }
    Ok(())
}
