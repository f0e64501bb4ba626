//! Who may look: a token, sessions, and a secret in every form against requests that other pages make.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Form, FromRequestParts, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use semd_core::digest::sha256;
use semd_core::report::Lang;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::Operator;
use super::page::Page;

/// Shortest token, characters: it must not be guessed.
const SHORTEST_TOKEN: usize = 16;
/// Life of a session.
const SESSION_TIME: Duration = Duration::from_secs(12 * 60 * 60);
/// Sessions at once; the oldest ends when there are more.
const SESSIONS: usize = 256;
/// How long a wrong token waits for its answer.
const PENALTY: Duration = Duration::from_millis(500);
const SESSION_COOKIE: &str = "semd_session";
pub(super) const LANGUAGE_COOKIE: &str = "semd_lang";

/// A secret that opens the page.
#[derive(Clone)]
pub struct AccessToken {
    sha256: String,
}

/// A token that could be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token is shorter than {SHORTEST_TOKEN} characters")]
pub struct WeakToken;

impl AccessToken {
    /// A token of at least 16 characters.
    ///
    /// # Errors
    /// When it is shorter.
    pub fn new(token: &str) -> Result<Self, WeakToken> {
        match token.chars().count() < SHORTEST_TOKEN {
            true => Err(WeakToken),
            false => Ok(Self { sha256: sha256(token.as_bytes()) }),
        }
    }

    /// Compares in a time that tells nothing about the token.
    fn is(&self, candidate: &str) -> bool {
        sha256(candidate.as_bytes()).as_bytes().ct_eq(self.sha256.as_bytes()).into()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// The sessions of a running page.
pub(super) struct Access {
    token: Option<AccessToken>,
    /// Whether every client has shown a certificate.
    certified: bool,
    /// Whether cookies go over TLS only.
    secure: bool,
    /// The secret of the forms where nobody has to sign in.
    form_secret: String,
    /// By the SHA-256 of their cookie.
    sessions: Mutex<HashMap<String, Session>>,
}

struct Session {
    form_secret: String,
    began: Instant,
}

/// 256 random bits, in hexadecimal.
fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Access {
    pub(super) fn new(
        token: Option<AccessToken>,
        certified: bool,
        secure: bool,
    ) -> Result<Self, getrandom::Error> {
        Ok(Self { token, certified, secure, form_secret: random()?, sessions: Mutex::default() })
    }

    /// Where no token is asked for, a name that was made to point here must not open the page to pages of elsewhere.
    pub(super) fn host_is_right(&self, headers: &HeaderMap) -> bool {
        if self.token.is_some() || self.certified {
            return true;
        }
        let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
            return false;
        };
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or(""),
            None => host.split(':').next().unwrap_or(""),
        };
        name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    pub(super) fn asks_for_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether a program gave the token in the header `Authorization`.
    pub(super) fn bearer(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer "));
        self.token.as_ref().zip(given).is_some_and(|(token, given)| token.is(given.trim()))
    }

    /// Begins a session; its cookie.
    fn begin(&self) -> Result<String, getrandom::Error> {
        let (id, form_secret) = (random()?, random()?);
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.began.elapsed() < SESSION_TIME);
        if sessions.len() >= SESSIONS {
            let oldest = sessions.iter().min_by_key(|(_, session)| session.began).map(|(id, _)| id.clone());
            oldest.and_then(|oldest| sessions.remove(&oldest));
        }
        sessions.insert(sha256(id.as_bytes()), Session { form_secret, began: Instant::now() });
        Ok(id)
    }

    fn end(&self, headers: &HeaderMap) {
        if let Some(id) = cookie(headers, SESSION_COOKIE) {
            let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.remove(&sha256(id.as_bytes()));
        }
    }

    /// The secret of the forms of the session that the request belongs to.
    fn session(&self, headers: &HeaderMap) -> Option<String> {
        if self.token.is_none() {
            return Some(self.form_secret.clone());
        }
        let id = cookie(headers, SESSION_COOKIE)?;
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let session = sessions.get(&sha256(id.as_bytes()))?;
        (session.began.elapsed() < SESSION_TIME).then(|| session.form_secret.clone())
    }
}

fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

/// How a visitor sees the page, signed in or not.
pub(super) struct Reader {
    pub(super) lang: Lang,
    /// Path and query of the request.
    pub(super) place: String,
    /// Whether there is a session to end.
    pub(super) signed_in: bool,
    /// Whether the pages are open to this reader.
    pub(super) may_look: bool,
}

/// Somebody who may look and act. A handler that has a visitor need not ask further.
pub(super) struct Visitor {
    pub(super) reader: Reader,
    /// The secret of this visitor's forms; `None` for a program, which no page of elsewhere can make send its token.
    form_secret: Option<String>,
}

impl Visitor {
    /// The secret that a form must bring back.
    pub(super) fn form_secret(&self) -> &str {
        self.form_secret.as_deref().unwrap_or("")
    }

    /// Whether a form came from a page of this visitor.
    pub(super) fn sent(&self, secret: &str) -> bool {
        match &self.form_secret {
            Some(known) => known.as_bytes().ct_eq(secret.as_bytes()).into(),
            None => true,
        }
    }
}

fn reader(parts: &Parts, operator: &Operator, may_look: bool) -> Reader {
    let lang = match cookie(&parts.headers, LANGUAGE_COOKIE) {
        Some("ru") => Lang::Ru,
        Some("en") => Lang::En,
        _ => operator.lang,
    };
    let place = parts.uri.path_and_query().map_or("/", |place| place.as_str());
    let signed_in = may_look && operator.access.asks_for_token();
    Reader { lang, place: place.to_owned(), signed_in, may_look }
}

impl FromRequestParts<Arc<Operator>> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, operator: &Arc<Operator>) -> Result<Self, Infallible> {
        Ok(reader(parts, operator, operator.access.session(&parts.headers).is_some()))
    }
}

impl FromRequestParts<Arc<Operator>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, operator: &Arc<Operator>) -> Result<Self, Response> {
        let access = &operator.access;
        if access.bearer(&parts.headers) {
            return Ok(Self { reader: reader(parts, operator, true), form_secret: None });
        }
        match access.session(&parts.headers) {
            Some(secret) => Ok(Self { reader: reader(parts, operator, true), form_secret: Some(secret) }),
            None => Err(Redirect::to("/login").into_response()),
        }
    }
}

/// The form that asks for the token.
pub(super) async fn form(Shared(operator): Shared<Arc<Operator>>, reader: Reader) -> Response {
    if !operator.access.asks_for_token() {
        return Redirect::to("/").into_response();
    }
    sign_in(&reader, StatusCode::OK)
}

fn sign_in(reader: &Reader, status: StatusCode) -> Response {
    let mut page = Page::new(reader, reader.t("Вход", "Sign in"));
    if status != StatusCode::OK {
        let text = reader.t("Ключ доступа не подошёл.", "This is not the access token.");
        page.html.element("<p class=\"bad\" role=\"alert\">", text, "</p>");
    }
    page.html.markup("<form class=\"login\" method=\"post\" action=\"/login\"><label>");
    page.html.text(reader.t("Ключ доступа", "Access token"));
    page.html.markup(
        "<input type=\"password\" name=\"token\" required autofocus autocomplete=\"current-password\"></label>",
    );
    page.html.element("<button>", reader.t("Войти", "Sign in"), "</button></form>");
    page.html.element(
        "<p class=\"note\">",
        reader.t(
            "Ключ задан при запуске semd serve (--token-fd или SEMD_TOKEN).",
            "The token was given when semd serve was started (--token-fd or SEMD_TOKEN).",
        ),
        "</p>",
    );
    page.finish(status)
}

#[derive(Deserialize)]
pub(super) struct Login {
    token: String,
}

/// Checks the token and begins a session.
pub(super) async fn login(
    Shared(operator): Shared<Arc<Operator>>,
    reader: Reader,
    Form(login): Form<Login>,
) -> Response {
    let right = operator.access.token.as_ref().is_none_or(|token| token.is(login.token.trim()));
    let begun = if right { operator.access.begin().ok() } else { None };
    let Some(id) = begun else {
        tokio::time::sleep(PENALTY).await;
        return sign_in(&reader, StatusCode::FORBIDDEN);
    };
    let cookie = format!(
        "{SESSION_COOKIE}={id}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}{}",
        SESSION_TIME.as_secs(),
        if operator.access.secure { "; Secure" } else { "" }
    );
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

/// Ends the session. Ending somebody's session does no harm: the form needs no secret.
pub(super) async fn logout(Shared(operator): Shared<Arc<Operator>>, headers: HeaderMap) -> Response {
    operator.access.end(&headers);
    let gone = format!("{SESSION_COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    ([(header::SET_COOKIE, gone)], Redirect::to("/login")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_the_token_opens() {
        assert!(AccessToken::new("fifteen letters").is_err());
        let token = AccessToken::new("sixteen letters!").unwrap();
        let access = Access::new(Some(token), false, false).unwrap();
        assert!(!access.bearer(&headers(&[])));
        assert!(!access.bearer(&headers(&[(header::AUTHORIZATION, "Bearer sixteen letters?")])));
        assert!(access.bearer(&headers(&[(header::AUTHORIZATION, "Bearer sixteen letters!")])));
        let id = access.begin().unwrap();
        let with = |id: &str| headers(&[(header::COOKIE, &format!("a=b; {SESSION_COOKIE}={id}"))]);
        assert!(access.session(&with(&id)).is_some());
        assert!(access.session(&with("0")).is_none() && access.session(&headers(&[])).is_none());
        access.end(&with(&id));
        assert!(access.session(&with(&id)).is_none());
    }

    #[test]
    fn sessions_are_bounded() {
        let access = Access::new(Some(AccessToken::new("sixteen letters!").unwrap()), false, false).unwrap();
        for _ in 0..SESSIONS + 5 {
            access.begin().unwrap();
        }
        assert_eq!(access.sessions.lock().unwrap().len(), SESSIONS);
    }

    #[test]
    fn names_of_elsewhere_do_not_open_a_page_without_token() {
        let access = Access::new(None, false, false).unwrap();
        let right = |host: &str| access.host_is_right(&headers(&[(header::HOST, host)]));
        for host in ["localhost:8090", "127.0.0.1:8090", "127.0.0.2", "[::1]:8090", "LOCALHOST"] {
            assert!(right(host), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", ""] {
            assert!(!right(host), "{host}");
        }
        assert!(!access.host_is_right(&HeaderMap::new()));
    }
}
