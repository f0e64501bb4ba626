//! `semd serve` over HTTP, through the built command: who may look, what is hidden, what buttons do, how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they skip"
)]

#[path = "../../semd-exchange/tests/common/stores.rs"]
#[allow(dead_code, unused_macros, unused_imports, reason = "a part of it is used here")]
mod stores;
mod support;

use std::time::{Duration, Instant};

use semd_exchange::journal::{Event, State, Submission, Update};
use semd_exchange::message::RegisterDocumentRequest;
use semd_exchange::soap::MessageId;
use stores::Place;
use support::http::{get, post, request};
use support::serve::{GOOD, OTHER, Serve, fill};
use support::{Sandbox, finish, run, semd};
use time::OffsetDateTime;

const TOKEN: &str = "a token of the tests";

/// The secret that the forms of a page carry.
fn secret(page: &str) -> String {
    page.split("name=\"secret\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Asks again and again until the answer is as wanted.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn page_is_not_shown_to_other_machines_without_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let journal = format!("sqlite:{}", folder.path().join("j.db").display());
    let open = run(["serve", "--journal", &journal, "--listen", "0.0.0.0:0", "--callback", "127.0.0.1:0"]);
    assert_eq!(open.code, Some(2), "{}", open.stderr);
    assert!(open.stderr.contains("--token-fd"), "{}", open.stderr);
    let weak = finish(semd().args(["serve", "--journal", &journal]).env("SEMD_TOKEN", "short"));
    assert_eq!((weak.code, weak.stdout.as_str()), (Some(2), ""), "{}", weak.stderr);
    assert!(!weak.stderr.contains("short\""), "the token is not repeated");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let busy = run(["serve", "--journal", &journal, "--listen", &address, "--callback", "127.0.0.1:0"]);
    assert_eq!(busy.code, Some(4), "{}", busy.stderr);
}

#[test]
fn token_opens_the_page_and_nothing_else_does() {
    let place = Place::sqlite();
    let serve = Serve::start(&place.text(), &["--listen", "0.0.0.0:0"], Some(TOKEN));
    let page = serve.page.replace("0.0.0.0", "127.0.0.1");
    let at = |path: &str| format!("{page}{path}");
    for path in ["", "documents", "search?q=a", "document/x", "document/x/message/1/raw", "nonsense"] {
        let answer = get(&at(path), &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/login")), "{path}");
    }
    for path in ["document/x/retry", "document/x/cancel", "organization/1.2/resume"] {
        assert_eq!(post(&at(path), &[], "secret=").status, 303, "{path}");
    }
    assert_eq!(get(&at("metrics"), &[]).status, 401);
    assert_eq!(get(&at("metrics"), &[("Authorization", "Bearer a token of the testz")]).status, 401);
    assert_eq!(get(&at("metrics"), &[("Authorization", &format!("Bearer {TOKEN}"))]).status, 200);
    assert_eq!(get(&at("healthz"), &[]).status, 200, "health says nothing about documents");
    assert!(get(&at("login"), &[]).text().contains("Access token"));
    let wrong = post(&at("login"), &[], "token=a+token+of+the+testz");
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, None));
    let right = post(&at("login"), &[], "token=a+token+of+the+tests");
    let cookie = right.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with = [("Cookie", cookie.as_str())];
    assert_eq!(get(&at(""), &with).status, 200);
    assert_eq!(get(&at("nonsense"), &with).status, 404);
    assert_eq!(get(&at("document/nobody"), &with).status, 404);
    post(&at("logout"), &with, "");
    assert_eq!(get(&at(""), &with).status, 303, "the session has ended");
    assert_eq!(request("POST", &at("login"), &[], &vec![b'x'; 100_000]).status / 100, 4, "forms are small");
}

#[test]
fn page_of_this_machine_is_not_for_pages_of_elsewhere() {
    let place = Place::sqlite();
    let serve = Serve::start(&place.text(), &[], None);
    for host in ["evil.example", "evil.example:80", "10.1.2.3"] {
        assert_eq!(get(&serve.at(""), &[("Host", host)]).status, 421, "{host}");
    }
    let answer = get(&serve.at(""), &[("Host", "localhost")]);
    assert_eq!(answer.status, 200);
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!answer.text().contains("<script") && !answer.text().contains(" style="));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let back = |to: &str| get(&serve.at(&format!("language?to=en&back={to}")), &[]);
    assert_eq!(back("%2Fdocuments").header("location"), Some("/documents"));
    for elsewhere in ["https://evil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "%2F%0D%0AX:1"] {
        assert_eq!(back(elsewhere).header("location"), Some("/"), "{elsewhere}");
    }
    let russian = get(&serve.at(""), &[("Cookie", "semd_lang=ru")]).text();
    assert!(russian.contains("В журнале пока нет документов"), "{russian}");
    assert!(get(&serve.at(""), &[]).text().contains("no documents in the journal yet"));
}

fn operator_works_with_the_page(place: &Place) {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = {
        support::serve::documents(folder.path());
        Sandbox::start(&folder.path().join("pki/root.crt"), &[])
    };
    fill(folder.path(), &place.text(), &sandbox);
    let serve = Serve::start(&place.text(), &["--register", &sandbox.url], None);
    let overview = get(&serve.at(""), &[]).text();
    for shown in ["registered", "refused", "withdrawn", "PATIENT_NAME_NOT_FOUND"] {
        assert!(overview.contains(shown), "{shown}: {overview}");
    }
    let listed = |query: &str| get(&serve.at(&format!("documents?{query}")), &[]).text();
    assert!(
        listed("state=registered").contains("good.xml") && !listed("state=registered").contains("bad.xml")
    );
    assert!(listed("code=PATIENT_NAME_NOT_FOUND&resend=no").contains("bad.xml"));
    assert!(!listed("resend=yes").contains(".xml"));
    assert_eq!(get(&serve.at("documents?state=nonsense"), &[]).status, 400);
    assert_eq!(
        get(&serve.at(&format!("search?q={GOOD}")), &[]).header("location"),
        Some(&*format!("/document/{GOOD}"))
    );

    let document = get(&serve.at(&format!("document/{GOOD}")), &[]).text();
    assert!(document.contains("registerDocument") && document.contains("sendRegisterDocumentResult"));
    assert!(!document.contains("/retry"), "what is registered is not sent again");
    let message = document.split(&format!("/document/{GOOD}/message/")).nth(1).unwrap();
    let message = format!("document/{GOOD}/message/{}", message.split('"').next().unwrap());
    let masked = get(&serve.at(&message), &[]);
    assert!(masked.status == 200 && masked.text().contains("registerDocumentRequest"), "{}", masked.text());
    for hidden in ["Тестова", "99900000115", "Вера"] {
        assert!(!masked.text().contains(hidden) && !document.contains(hidden), "{hidden}");
    }
    assert_eq!(get(&serve.at(&format!("{message}/raw")), &[]).status, 403);
    let stranger = format!("document/{OTHER}/message/{}", message.rsplit('/').next().unwrap());
    assert_eq!(get(&serve.at(&stranger), &[]).status, 404, "a message belongs to its document");

    let other = get(&serve.at(&format!("document/{OTHER}")), &[]).text();
    let retry = serve.at(&format!("document/{OTHER}/retry"));
    assert_eq!(post(&retry, &[], "secret=0000").status, 403);
    assert_eq!(post(&retry, &[], "").status, 403);
    assert!(
        get(&serve.at(&format!("document/{OTHER}")), &[]).text().contains("withdrawn"),
        "nothing happened"
    );
    let retried = post(&retry, &[], &format!("secret={}", secret(&other)));
    assert_eq!(retried.status, 303, "{}", retried.text());
    until("the worker of this process sends it", || listed("state=registered").contains("other.xml"));
    let again = post(&retry, &[], &format!("secret={}", secret(&other)));
    assert_eq!(again.status, 409, "it is registered now");

    let metrics = get(&serve.at("metrics"), &[]).text();
    for line in [
        "semd_documents{state=\"registered\"} 2",
        "semd_documents{state=\"rejected\"} 1",
        "semd_workers 1",
        "semd_awaiting_documents{below_seconds=\"300\"} 0",
        "semd_refused_documents{code=\"PATIENT_NAME_NOT_FOUND\"",
        "semd_state_changes_total{state=\"registered\"} 1",
        "semd_callbacks_total{action=\"getDocumentFile\",status=\"200\"} 1",
        "semd_requests_total{action=\"registerDocument\",outcome=\"answered\"} 1",
        "semd_result_wait_seconds_count 1",
        "# EOF",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert!(!metrics.contains("Тестова") && !metrics.contains(GOOD), "no document, no person");
    assert_eq!(serve.terminate().code(), Some(0));
    assert!(place.open().workers().unwrap().is_empty(), "the worker has left the journal");

    let open = Serve::start(&place.text(), &["--show-pii"], None);
    let raw = get(&open.at(&format!("{message}/raw")), &[]);
    assert!(raw.status == 200 && raw.text().contains("Тестова"), "shown when asked for");
    assert_eq!(raw.header("content-disposition").map(|value| value.starts_with("attachment")), Some(true));
    assert!(get(&open.at(&message), &[]).text().contains("Тестова"));
}

#[test]
fn operator_works_with_the_page_on_sqlite() {
    operator_works_with_the_page(&Place::sqlite());
}

#[test]
fn operator_works_with_the_page_on_postgres() {
    if let Some(place) = Place::postgres() {
        operator_works_with_the_page(&place);
    }
}

fn queued(number: u32) -> Submission {
    Submission {
        file: format!("documents/{number}.xml"),
        bytes: vec![b'x'],
        request: RegisterDocumentRequest {
            local_uid: format!("5f2c1a52-8c0e-4a8e-9b7d-{number:012}"),
            kind: (if number.is_multiple_of(2) { "119" } else { "6" }).into(),
            organization: format!("1.2.643.{}", number % 3),
            ..RegisterDocumentRequest::default()
        },
    }
}

#[test]
fn long_lists_have_pages_without_gaps() {
    let place = Place::sqlite();
    let batch: Vec<Submission> = (0..120).map(queued).collect();
    place.open().enqueue_all(&batch, OffsetDateTime::now_utc()).unwrap();
    let serve = Serve::start(&place.text(), &[], None);
    let mut path = "documents?state=queued".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = get(&serve.at(&path), &[]).text();
        let rows = page.matches("/document/5f2c").count();
        seen.extend((0..120).rev().filter(|number| page.contains(&format!(">{number}.xml<"))));
        let Some(next) = page.split("rel=\"next\" href=\"/").nth(1) else {
            assert_eq!(rows, 20);
            break;
        };
        assert_eq!(rows, 50);
        path = next.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(seen, (0..120).rev().collect::<Vec<_>>(), "newest first, each once");
}

#[test]
fn months_are_counted_by_type_and_organisation() {
    let place = Place::sqlite();
    let journal = place.open();
    let batch: Vec<Submission> = (0..12).map(queued).collect();
    let now = OffsetDateTime::now_utc();
    journal.enqueue_all(&batch, now).unwrap();
    for submission in &batch[..9] {
        let uid = &submission.request.local_uid;
        journal.begin_attempt(None, uid, &MessageId::random(), b"", now).unwrap();
        let item = semd_exchange::message::RegistryItem {
            emdr_id: uid.clone(),
            // The register's own time decides: midnight of the first of September in Moscow, and a minute before.
            registration_date_time: Some(
                if uid.ends_with('0') { "2026-08-31T23:59:00+03:00" } else { "2026-09-01T00:00:00+03:00" }
                    .into(),
            ),
            ..Default::default()
        };
        let news = semd_exchange::journal::News::Registered(item);
        journal.apply(uid, &Update { news, ..Update::bare(Event::Registered) }, now).unwrap();
    }
    assert_eq!(journal.state_counts().unwrap(), [(State::Queued, 3), (State::Registered, 9)]);
    let stats = |flags: &[&str]| {
        let address = place.text();
        let known = ["journal", "stats", "--journal", address.as_str(), "--until", "2026-09"];
        run(known.iter().chain(flags))
    };
    let json = stats(&["--format", "json"]);
    assert_eq!(json.code, Some(0), "{}", json.stderr);
    let rows = json.json_lines().remove(0)["rows"].clone();
    let rows = rows.as_array().unwrap();
    let first = &rows[0];
    assert_eq!(
        (first["month"].as_str(), first["organization"].as_str()),
        (Some("2026-08"), Some("1.2.643.0"))
    );
    let september: u64 = rows
        .iter()
        .filter(|row| row["month"] == "2026-09")
        .map(|row| row["registered"].as_u64().unwrap())
        .sum();
    assert_eq!((rows.len(), september), (4, 8), "119 and 6 are editions of one type: {rows:?}");
    let csv = stats(&["--format", "csv", "--by", "kind"]);
    assert!(
        csv.stdout.starts_with("\u{FEFF}month;organisation;code;title;registered;by the first request\r\n")
    );
    assert!(csv.stdout.lines().count() == 8 && csv.stdout.ends_with("\r\n"), "{}", csv.stdout);
    let maxima = stats(&["--show", "maxima", "--format", "csv"]);
    assert!(maxima.stdout.contains("1.2.643.1;all;;2026-09;3\r\n"), "{}", maxima.stdout);
    assert!(stats(&[]).stdout.contains("2026-09"));
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("registered.xlsx");
    assert_eq!(stats(&["--format", "xlsx", "--output", book.to_str().unwrap()]).code, Some(0));
    assert!(std::fs::read(&book).unwrap().starts_with(b"PK"));
    assert_eq!(stats(&["--format", "xlsx"]).code, Some(2), "a workbook is no text for a terminal");
    assert_eq!(stats(&["--from", "2026-10"]).code, Some(2));
    assert_eq!(stats(&["--from", "October"]).code, Some(2));
    assert_eq!(stats(&["--utc-offset=+25:99"]).code, Some(2));
}
