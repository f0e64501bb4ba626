//! Keys, tokens and certificates. A PIN is never presented: it would be counted.

use std::path::{Path, PathBuf};

use semd_core::report::Message;
use semd_exchange::reference::Table;
use semd_sign::backend::command::Description;
use semd_sign::backend::pkcs11::{PinState, Token};
use semd_sign::key::KeyFile;
use semd_sign::verify::pii::mask_name;
use semd_sign::{Certificate, KeyError, SignerFacts};
use time::{Date, OffsetDateTime};

use super::line::Line;
use crate::failure::Failure;
use crate::input;
use crate::outcome::Outcome;
use crate::signer::{KeyAccess, KeyName, MAX_KEY_BYTES, failure_of};
use crate::trust::{certificate_files, unreadable};

/// Days before the end of a certificate from which its owner should ask for a new one.
const FORECAST_DAYS: i64 = 30;

/// What certificates are held against.
pub(super) struct Look<'a> {
    pub(super) now: OffsetDateTime,
    pub(super) show_personal_data: bool,
    /// The staff, when its list is given.
    pub(super) staff: Option<&'a Table>,
}

/// The tokens that the module of the flags sees.
pub(super) fn tokens(access: &KeyAccess, look: &Look<'_>) -> Vec<Line> {
    let Some(module) = access.module() else { return Vec::new() };
    let tokens = match Token::all(module) {
        Ok(tokens) => tokens,
        Err(error) => return vec![Line::failed("token", failure_of(&error.into()))],
    };
    if tokens.is_empty() {
        let message = Message::new("токены: ни один не вставлен", "tokens: none is inserted");
        return vec![
            Line::problem("token", message, Outcome::Environment)
                .with_advice("вставьте токен", "insert the token"),
        ];
    }
    tokens.iter().flat_map(|token| of_token(token, look)).collect()
}

fn of_token(token: &Token, look: &Look<'_>) -> Vec<Line> {
    let facts = token.facts();
    let name = [&facts.label, &facts.manufacturer, &facts.model, &facts.serial]
        .into_iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let (ru, en) =
        (format!("токен {name} (слот {})", facts.slot), format!("token {name} (slot {})", facts.slot));
    let mut lines = vec![match facts.pin {
        PinState::Locked => {
            let message =
                Message::new(format!("{ru}: ПИН-код заблокирован"), format!("{en}: the PIN is locked"));
            Line::problem("token", message, Outcome::Usage)
                .with_advice("разблокируйте токен у администратора", "have it unlocked by its administrator")
        }
        PinState::NotSet => {
            Line::warning("token", format!("{ru}: ПИН-код не задан"), format!("{en}: no PIN is set"))
        }
        PinState::FewTries => Line::warning(
            "token",
            format!("{ru}: ПИН-код недавно вводили неверно, попыток мало"),
            format!("{en}: wrong PINs were given lately, few tries are left"),
        )
        .with_advice(
            "проверьте ПИН-код; верный ввод (--last-pin-try) вернёт все попытки",
            "make sure of the PIN; the right one (--last-pin-try) gives all tries back",
        ),
        PinState::LastTry => Line::warning(
            "token",
            format!("{ru}: осталась последняя попытка ввода ПИН-кода"),
            format!("{en}: the very last try of the PIN is left"),
        )
        .with_advice(
            "не угадывайте ПИН-код: ошибка заблокирует токен",
            "do not guess: a mistake locks the token",
        ),
        _ => Line::ok("token", ru, en),
    }];
    match token.certificates() {
        Ok(found) if found.is_empty() => lines.push(Line::warning(
            "certificate",
            format!("на токене «{}» нет сертификатов, доступных без ПИН-кода", facts.label.trim()),
            format!("no certificates on the token “{}” that are readable without a PIN", facts.label.trim()),
        )),
        Ok(found) => {
            for found in found {
                let id: String = found.id.iter().map(|octet| format!("%{octet:02x}")).collect();
                let place = format!("object={};id={id}", found.label);
                lines.push(certificate(&found.certificate, &place, look));
            }
        }
        Err(error) => lines.push(Line::failed("certificate", failure_of(&error.into()))),
    }
    lines
}

/// The key of a `--key`.
pub(super) fn key(key: &Path, access: &KeyAccess, look: &Look<'_>) -> Vec<Line> {
    let lines = match KeyName::of(key) {
        KeyName::Token(uri) => access.find_token(uri).map(|(token, _)| of_token(&token, look)),
        KeyName::Command(file) => command(file, look),
        KeyName::Openssl(file) | KeyName::File(file) => file_key(file, access, look),
    };
    lines.unwrap_or_else(|failure| vec![Line::failed("key", failure)])
}

fn command(file: &Path, look: &Look<'_>) -> Result<Vec<Line>, Failure> {
    let bytes = input::read(file, MAX_KEY_BYTES)?;
    let description = Description::from_toml(&String::from_utf8_lossy(&bytes))
        .map_err(|error| unreadable(file, &error.message()))?;
    let program = &description.argv[0];
    let place = file.display();
    let mut lines = vec![if is_there(program) {
        Line::ok(
            "key",
            format!("{place}: внешняя команда {program}"),
            format!("{place}: external command {program}"),
        )
    } else {
        let message = Message::new(
            format!("{place}: программы {program} нет"),
            format!("{place}: the program {program} is not there"),
        );
        Line::problem("key", message, Outcome::Usage)
            .with_advice("проверьте argv в описании команды", "check argv in the description of the command")
    }];
    if let Some(path) = &description.certificate {
        let path = file.parent().unwrap_or(Path::new("")).join(path);
        lines.extend(certificates(&[path], look));
    }
    Ok(lines)
}

/// Whether a program can be found, by its path or among the folders of `PATH`.
fn is_there(program: &str) -> bool {
    if program.contains(['/', '\\']) {
        return Path::new(program).is_file();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

fn file_key(file: &Path, access: &KeyAccess, look: &Look<'_>) -> Result<Vec<Line>, Failure> {
    let bytes = zeroize::Zeroizing::new(input::read(file, MAX_KEY_BYTES)?);
    let password = access.given_secret()?;
    let place = file.display();
    match KeyFile::from_bytes(&bytes, password.as_deref().map(Vec::as_slice)) {
        Ok(opened) => {
            let mut lines = vec![Line::ok(
                "key",
                format!("{place}: ключ читается"),
                format!("{place}: the key is readable"),
            )];
            lines.extend(opened.certificate().map(|found| certificate(found, &place.to_string(), look)));
            Ok(lines)
        }
        Err(KeyError::PasswordRequired) => Ok(vec![Line::not_checked(
            "key",
            format!("{place}: ключ зашифрован, пароль не дан"),
            format!("{place}: the key is encrypted and no password was given"),
        )]),
        Err(error) => Err(unreadable(file, &error.message())),
    }
}

/// Certificates of files and folders.
pub(super) fn certificates(paths: &[PathBuf], look: &Look<'_>) -> Vec<Line> {
    let files = match certificate_files(paths) {
        Ok(files) => files,
        Err(failure) => return vec![Line::failed("certificate", failure)],
    };
    let mut lines = Vec::new();
    for file in files {
        let read = input::read(&file, MAX_KEY_BYTES).and_then(|bytes| {
            Certificate::all_from_bytes(&bytes).map_err(|error| unreadable(&file, &error.message()))
        });
        match read {
            Ok(found) => {
                let place = file.display().to_string();
                lines.extend(found.iter().map(|found| certificate(found, &place, look)));
            }
            Err(failure) => lines.push(Line::failed("certificate", failure)),
        }
    }
    lines
}

/// Whose certificate it is, and until when.
fn certificate(certificate: &Certificate, place: &str, look: &Look<'_>) -> Line {
    let now = look.now;
    let facts = certificate.facts();
    let name = facts.common_name.clone().unwrap_or_default();
    // An organisation's name is public; a person's is not.
    let public = look.show_personal_data || (facts.ogrn.is_some() && facts.surname.is_none());
    let who = if public { name } else { mask_name(&name) };
    let (from, until) = (certificate.not_before().date(), certificate.not_after().date());
    let head = format!("{place}: {who}, № {}, {from} — {until}", facts.serial);
    let renew = |line: Line| {
        line.with_advice(
            "получите новый сертификат в удостоверяющем центре",
            "get a new certificate from the certification authority",
        )
    };
    let line = |ru: &str, en: &str| Message::new(format!("{head}: {ru}"), format!("{head}: {en}"));
    let period_end = certificate.extensions().private_key_usage.and_then(|period| period.1);
    if now > certificate.not_after() {
        return renew(Line::problem("certificate", line("истёк", "expired"), Outcome::Findings));
    }
    if now < certificate.not_before() {
        return Line::problem("certificate", line("ещё не действует", "not valid yet"), Outcome::Findings)
            .with_advice("проверьте часы компьютера", "check the computer's clock");
    }
    if period_end.is_some_and(|end| now > end) {
        let message = line("срок закрытого ключа истёк", "the period of its private key is over");
        return renew(Line::problem("certificate", message, Outcome::Findings));
    }
    let end = period_end.map_or(certificate.not_after(), |end| end.min(certificate.not_after()));
    let days = (end - now).whole_days();
    if days < FORECAST_DAYS {
        let message = line(&format!("осталось дней: {days}"), &format!("days left: {days}"));
        return renew(Line::warning("certificate", message.ru, message.en));
    }
    if !facts.qualified {
        let missing = facts.missing_marks.join(", ");
        let message = line(
            &format!("нет признаков квалифицированного: {missing}"),
            &format!("marks of a qualified one are missing: {missing}"),
        );
        return Line::warning("certificate", message.ru, message.en);
    }
    if let Some((ru, en)) = look.staff.and_then(|staff| stranger(&facts, staff, now.date())) {
        let message = line(ru, en);
        return Line::warning("certificate", message.ru, message.en).with_advice(
            "сверьте сертификат с кадровым списком (таблица staff)",
            "compare the certificate with the list of staff (table staff)",
        );
    }
    Line::ok("certificate", head.clone(), head)
}

/// Why the owner of a personal certificate is not one of the staff today.
fn stranger(facts: &SignerFacts, staff: &Table, today: Date) -> Option<(&'static str, &'static str)> {
    let snils = facts.snils.as_deref()?;
    let rows: Vec<_> = staff.find(snils).collect();
    let surname = facts.surname.as_deref().unwrap_or_default().to_lowercase();
    // A test authority puts its mark before the name.
    let same_name = |listed: &str| listed.is_empty() || surname.ends_with(&listed.trim().to_lowercase());
    if rows.is_empty() {
        Some(("владельца нет в списке сотрудников", "the owner is not on the list of staff"))
    } else if !rows.iter().any(|row| same_name(row.get("surname"))) {
        Some((
            "фамилия не та, что в списке сотрудников",
            "the family name is not the one on the list of staff",
        ))
    } else if !rows.iter().any(|row| row.is_valid_on(today)) {
        Some(("владелец сегодня не числится сотрудником", "the owner is not one of the staff today"))
    } else {
        None
    }
}
