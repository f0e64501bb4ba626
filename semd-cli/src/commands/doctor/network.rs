//! The register, the time stamp authority, and the clock against theirs.

use std::time::Duration;

use semd_core::report::Message;
use semd_exchange::client::{Answer, ClientError, ClientLimits};
use time::OffsetDateTime;

use super::line::Line;
use crate::exchange::runtime;
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::tls::ClientTlsFlags;

/// Seconds of difference that a clock should not have.
const DIFFERENCE_NOTED: i64 = 30;
/// Seconds of difference with which signatures are refused: they come from the future, or before the document.
const DIFFERENCE_REFUSED: i64 = 300;

/// Asks both services, where their addresses are given.
pub(super) fn lines(
    register: Option<&str>,
    tsa: Option<&str>,
    tls: &ClientTlsFlags,
) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    let mut clock = None;
    if register.is_some() || tsa.is_some() {
        let limits = ClientLimits { timeout: Duration::from_secs(15), ..ClientLimits::default() };
        let (client, runtime) = (tls.client(limits)?, runtime()?);
        let services = [
            ("register", "РЭМД", "register", register),
            ("tsa", "служба штампов времени", "time stamp authority", tsa),
        ];
        for (check, ru, en, url) in services {
            let Some(url) = url else { continue };
            // Any answer of HTTP will do: what is asked is whether somebody is there.
            match runtime.block_on(client.get(url)) {
                Ok(answer) => {
                    clock = clock
                        .or(difference(&answer, OffsetDateTime::now_utc()).map(|seconds| (seconds, url)));
                    lines.push(Line::ok(
                        check,
                        format!("{ru}: {url} отвечает"),
                        format!("{en}: {url} answers"),
                    ));
                }
                Err(error) => lines.push(unreachable(check, ru, en, &error)),
            }
        }
    }
    if register.is_none() {
        lines.push(Line::not_checked(
            "register",
            "РЭМД: адрес не указан (--register)",
            "register: no address (--register)",
        ));
    }
    lines.push(match clock {
        Some((seconds, url)) => clock_line(seconds, url),
        None => Line::not_checked(
            "clock",
            "часы: сверить не с чем (--register или --tsa)",
            "clock: nothing to compare with (--register or --tsa)",
        ),
    });
    Ok(lines)
}

fn unreachable(check: &'static str, ru: &str, en: &str, error: &ClientError) -> Line {
    let message =
        Message::new(format!("{ru}: не отвечает: {error}"), format!("{en}: does not answer: {error}"));
    Line::problem(check, message, Outcome::Environment).with_advice(
        "проверьте сеть, защищённый канал (VPN) и адрес",
        "check the network, the protected channel (VPN) and the address",
    )
}

/// Seconds that this clock is ahead of the one that answered.
fn difference(answer: &Answer, now: OffsetDateTime) -> Option<i64> {
    answer.date.map(|date| (now - date).whole_seconds())
}

fn clock_line(seconds: i64, url: &str) -> Line {
    let (ru, en) =
        (format!("часы: расхождение с {url} {seconds} с"), format!("clock: {seconds} s away from {url}"));
    let synchronise = |line: Line| {
        line.with_advice("включите синхронизацию времени (NTP)", "turn time synchronisation on (NTP)")
    };
    match seconds.abs() {
        0..=DIFFERENCE_NOTED => Line::ok("clock", ru, en),
        ..=DIFFERENCE_REFUSED => synchronise(Line::warning("clock", ru, en)),
        _ => synchronise(Line::problem("clock", Message::new(ru, en), Outcome::Environment)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::line::Status;

    #[test]
    fn clock_is_judged_by_its_difference() {
        for (seconds, status) in [
            (0, Status::Ok),
            (-30, Status::Ok),
            (31, Status::Warning),
            (-300, Status::Warning),
            (301, Status::Problem),
            (-86_400, Status::Problem),
        ] {
            assert_eq!(clock_line(seconds, "http://register/").status, status, "{seconds}");
        }
    }
}
