//! SOAP faults, read and written.

use super::{Element, Headers, Version, write};

/// Whose fault a SOAP fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultSide {
    /// `Sender` (1.2) or `Client` (1.1): the message was bad.
    Sender,
    /// `Receiver` (1.2) or `Server` (1.1), or a code that is not known.
    Receiver,
}

/// A SOAP fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoapFault {
    /// Whose fault it is.
    pub side: FaultSide,
    /// The reason in the words of the sender.
    pub reason: String,
}

impl SoapFault {
    /// Reads a fault of SOAP 1.1 or 1.2; `None` when the payload is something else.
    pub fn read(payload: Element<'_>) -> Option<Self> {
        if payload.local_name() != "Fault" {
            return None;
        }
        let code =
            payload.text("faultcode").or_else(|| payload.child("Code")?.text("Value")).unwrap_or_default();
        let side = match code.rsplit(':').next() {
            Some("Sender" | "Client") => FaultSide::Sender,
            _ => FaultSide::Receiver,
        };
        let reason =
            payload.text("faultstring").or_else(|| payload.child("Reason")?.value()).unwrap_or_default();
        Some(Self { side, reason })
    }

    /// Serialises an envelope that carries the fault, in the version of `headers`.
    pub fn write(&self, headers: &Headers) -> Vec<u8> {
        write(headers, |w| {
            w.element("s:Fault", |w| match (headers.version, self.side) {
                (Version::V11, side) => {
                    w.text("faultcode", if side == FaultSide::Sender { "s:Client" } else { "s:Server" });
                    w.text("faultstring", &self.reason);
                }
                (Version::V12, side) => {
                    w.element("s:Code", |w| {
                        w.text("s:Value", if side == FaultSide::Sender { "s:Sender" } else { "s:Receiver" });
                    });
                    w.element("s:Reason", |w| {
                        w.open_with("s:Text", &[("xml:lang", "en")]);
                        w.characters(&self.reason);
                        w.close("s:Text");
                    });
                }
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use semd_core::xml::Limits;

    use super::*;
    use crate::soap::Received;

    #[test]
    fn fault_of_either_version_is_read_back() {
        for version in [Version::V11, Version::V12] {
            for side in [FaultSide::Sender, FaultSide::Receiver] {
                let fault = SoapFault { side, reason: "bad <message>".into() };
                let mut headers = Headers::new("fault");
                headers.version = version;
                let bytes = fault.write(&headers);
                let received = Received::read(&bytes, &Limits::default()).unwrap();
                assert_eq!(received.version, version);
                assert_eq!(SoapFault::read(received.payload()), Some(fault));
            }
        }
    }
}
