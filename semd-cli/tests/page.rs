//! The page of the journal in a real browser: list, filter, time line, retry, on a desktop and on a phone.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests stop at a surprise and say what they skip"
)]

mod support;

use std::time::{Duration, Instant};

use support::Sandbox;
use support::serve::{OTHER, Serve, fill};
use support::webdriver::{Browser, Screen};

const TOKEN: &str = "a token of the tests";

/// Nothing sticks out to the right: the page is read without scrolling sideways.
fn fits(browser: &Browser) {
    let fits = browser
        .evaluate("return document.documentElement.scrollWidth <= document.documentElement.clientWidth");
    assert_eq!(fits, true, "{} is wider than the screen", browser.url());
}

fn look_around(screen: Screen, name: &str) {
    let Some(browser) = Browser::start("page in a browser", screen) else { return };
    let folder = tempfile::tempdir().unwrap();
    support::serve::documents(folder.path());
    let sandbox = Sandbox::start(&folder.path().join("pki/root.crt"), &[]);
    let journal = format!("sqlite:{}", folder.path().join("journal.db").display());
    fill(folder.path(), &journal, &sandbox);
    let serve = Serve::start(&journal, &["--register", &sandbox.url], Some(TOKEN));
    let shot = |what: &str| {
        fits(&browser);
        browser.picture(&format!("{name}-{what}"));
    };

    browser.open(&serve.page);
    assert!(browser.url().ends_with("/login"));
    shot("login");
    browser.write("input[name=token]", "not the right token");
    browser.click(".login button");
    assert!(browser.text("[role=alert]").contains("not the access token"));
    browser.write("input[name=token]", TOKEN);
    browser.click(".login button");

    let states = browser.text("#states");
    assert!(states.contains("registered") && states.contains("withdrawn"), "{states}");
    assert!(browser.text("#codes").contains("PATIENT_NAME_NOT_FOUND"));
    assert_eq!(browser.count("svg.columns rect"), 30);
    shot("overview-en");
    browser.follow("Русский");
    assert!(browser.text("#states").contains("зарегистрирован"));
    shot("overview-ru");

    browser.open(&serve.at("documents"));
    assert_eq!(browser.count("#documents tbody tr"), 3);
    shot("list");
    browser.choose("select[name=state] option[value=cancelled]");
    browser.click(".filter button");
    assert_eq!(browser.count("#documents tbody tr"), 1);
    assert!(browser.text("#documents").contains("other.xml"));
    assert_eq!(browser.text("#documents .state"), "отозван");

    browser.write("input[name=q]", "bad.x");
    browser.click(".find button");
    assert!(browser.text("h1").contains("bad.xml"), "the only document found is shown at once");
    assert!(browser.text("summary").contains("Повтор не поможет"));
    shot("refused");

    browser.open(&serve.at(&format!("document/{OTHER}")));
    assert_eq!(browser.text("#state"), "отозван");
    browser.click("button.retry");
    let started = Instant::now();
    while browser.text("#state") != "зарегистрирован" {
        assert!(started.elapsed() < Duration::from_secs(60), "{}", browser.text("main"));
        std::thread::sleep(Duration::from_millis(200));
        browser.open(&serve.at(&format!("document/{OTHER}")));
    }
    let history = browser.text("#history");
    for step in
        ["поставлен в очередь", "отозван", "повтор", "РЭМД принял запрос", "файл передан", "зарегистрирован"]
    {
        assert!(history.contains(step), "{step}: {history}");
    }
    shot("document");
    browser.follow("registerDocument");
    assert!(browser.text("pre").contains("<localUid>") || browser.text("pre").contains(":localUid>"));
    assert!(!browser.text("pre").contains("Тестова"));
    shot("message");
    // The wrong token was answered with 403; what the browser merely recommends is its opinion.
    let grave = |line: &String| line.contains("SEVERE") && !line.contains("403");
    let complaints: Vec<String> = browser.complaints().into_iter().filter(grave).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.click("form[action='/logout'] button");
    assert!(browser.url().ends_with("/login"));
}

#[test]
fn operator_looks_around_on_a_desktop() {
    look_around(Screen::Desktop, "desktop");
}

#[test]
fn operator_looks_around_on_a_phone() {
    look_around(Screen::Phone, "phone");
}
