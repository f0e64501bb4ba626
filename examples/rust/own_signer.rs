//! Sign with a key that never leaves its device: `example-own-signer DOCUMENT`
//!
//! Whatever holds the key, a token, a certified provider, a signing service, implements [`Signer`]: the certificate, and the
//! bare signature s‖r over a message. Containers are made and verified by the library, the same for every holder.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::error::Error;
use std::sync::Mutex;

use semd_core::report::Message;
use semd_sign::gost::ParameterSet;
use semd_sign::pki::{Subject, TestAuthority};
use semd_sign::{Certificate, PrivateKey, SignError, Signer, cades};
use time::{Duration, OffsetDateTime};

/// A token: it signs after its PIN was told, and locks itself after three wrong ones. A real one is asked through its driver;
/// everything around it stays as it is here.
struct Token {
    certificate: Certificate,
    chip: Mutex<Chip>,
}

struct Chip {
    key: PrivateKey,
    unlocked: bool,
    attempts_left: u8,
}

impl Token {
    fn login(&self, pin: &str) -> Result<(), SignError> {
        let mut chip = self.chip.lock().map_err(|_| busy())?;
        if chip.attempts_left == 0 {
            return Err(SignError::Holder(Message::new("токен заблокирован", "the token is locked")));
        }
        chip.unlocked = pin == "12345678";
        chip.attempts_left = if chip.unlocked { 3 } else { chip.attempts_left - 1 };
        if chip.unlocked {
            return Ok(());
        }
        let left = chip.attempts_left;
        Err(SignError::Holder(Message::new(
            format!("неверный PIN, осталось попыток: {left}"),
            format!("a wrong PIN, attempts left: {left}"),
        )))
    }
}

fn busy() -> SignError {
    SignError::Holder(Message::new("токен занят", "the token is busy"))
}

impl Signer for Token {
    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let chip = self.chip.lock().map_err(|_| busy())?;
        if !chip.unlocked {
            return Err(SignError::Holder(Message::new("введите PIN токена", "the token wants its PIN")));
        }
        let digest = chip.key.digest().digest(message);
        Ok(chip.key.sign_digest(&digest)?)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("example-own-signer DOCUMENT")?;
    let document = std::fs::read(path)?;
    let now = OffsetDateTime::now_utc();
    let token = token(now)?;

    for pin in [None, Some("0000"), Some("12345678")] {
        let login = pin.map_or(Ok(()), |pin| token.login(pin));
        match login.and_then(|()| cades::sign_detached(&token, &document, now)) {
            Ok(container) => println!("signed: a container that begins with {:02x}", container[0]),
            Err(error) => println!("not signed: {}", error.message().en),
        }
    }
    Ok(())
}

fn token(now: OffsetDateTime) -> Result<Token, Box<dyn Error>> {
    let set = ParameterSet::by_oid(ParameterSet::TC26_512_A).ok_or("no such parameter set")?;
    let authority = TestAuthority::create("Пример", set, now, Duration::days(365))?;
    let issued = authority.issue(&Subject::sample_person(), set, now, Duration::days(90))?;
    let chip = Mutex::new(Chip { key: issued.key, unlocked: false, attempts_left: 3 });
    Ok(Token { certificate: issued.certificate, chip })
}
