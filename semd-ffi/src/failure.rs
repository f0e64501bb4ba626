//! Why a function did not do what it was asked.

use std::ffi::CStr;

use semd_core::build::{BuildError, CardError};
use semd_core::report::Message;

/// How a call ended. Values are only added; treat one you do not know as a failure.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SemdStatus {
    /// Done. A document with findings or a bad signature is done, too: the report says so.
    Ok = 0,
    /// The call is wrong: a null pointer, a length, a text that is not UTF-8, a handle that is not one. Mend the program.
    Argument = 1,
    /// The options are not the JSON expected. Mend the program.
    Options = 2,
    /// The document, card, certificate, key or list is not what it should be. Mend the data.
    Input = 3,
    /// The password of a key is missing or wrong.
    Password = 4,
    /// The key did not sign.
    Signer = 5,
    /// Something outside failed: a file, a folder, the source of randomness. The same call may succeed later.
    Environment = 6,
    /// A bug of the library. The call did nothing; everything else still works.
    Internal = 101,
}

/// What an error handle stands for.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: SemdStatus,
    /// Stable name of the cause.
    pub(crate) code: &'static CStr,
    pub(crate) message: Message,
    /// Faults of a card, each with its place.
    pub(crate) faults: Vec<CardError>,
}

impl Failure {
    pub(crate) fn new(status: SemdStatus, code: &'static CStr, message: Message) -> Self {
        Self { status, code, message, faults: Vec::new() }
    }

    pub(crate) fn argument(code: &'static CStr, ru: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(SemdStatus::Argument, code, Message::new(ru, en))
    }

    pub(crate) fn input(code: &'static CStr, message: Message) -> Self {
        Self::new(SemdStatus::Input, code, message)
    }

    pub(crate) fn environment(code: &'static CStr, message: Message) -> Self {
        Self::new(SemdStatus::Environment, code, message)
    }

    /// A caught panic; its text stays inside, it may quote the document.
    pub(crate) fn panic() -> Self {
        let message = Message::new(
            "ошибка в самой библиотеке semd; сообщите о ней разработчикам",
            "a bug of the semd library; please report it",
        );
        Self::new(SemdStatus::Internal, c"panic", message)
    }

    pub(crate) fn card(error: &BuildError) -> Self {
        let faults = error.faults();
        let count = faults.len();
        let message = Message::new(
            format!("документ не построен, замечаний к карте: {count}"),
            format!("no document was built, faults of the card: {count}"),
        );
        Self { faults, ..Self::input(c"card", message) }
    }
}
