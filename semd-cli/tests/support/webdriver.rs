//! A browser without a screen, driven by chromedriver's HTTP protocol (W3C WebDriver).

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http;

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A running chromedriver with one session.
pub struct Browser {
    driver: Child,
    session: String,
}

/// How large the window is.
#[derive(Clone, Copy, Debug)]
pub enum Screen {
    Desktop,
    Phone,
}

impl Browser {
    /// Starts a browser; `None` after saying that the test skips.
    pub fn start(test: &str, screen: Screen) -> Option<Self> {
        let started =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut driver) = started else {
            println!("skipped: {test}: chromedriver is not installed (Debian: chromium chromium-driver)");
            return None;
        };
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let port = line.split("started successfully on port ").nth(1)?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let Some(port) = port else {
            println!("skipped: {test}: chromedriver does not start");
            let _ = (driver.kill(), driver.wait());
            return None;
        };
        // Its messages must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let mut options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1280,1000"],
        });
        if let Screen::Phone = screen {
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": 390, "height": 844, "pixelRatio": 2.0 } });
        }
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let base = format!("http://127.0.0.1:{port}/session");
        let answer = http::request("POST", &base, JSON, capabilities.to_string().as_bytes());
        let Some(id) = answer.json()["value"]["sessionId"].as_str().map(str::to_owned) else {
            println!("skipped: {test}: the browser does not start: {}", answer.text());
            let _ = (driver.kill(), driver.wait());
            return None;
        };
        Some(Self { driver, session: format!("{base}/{id}") })
    }

    fn try_command(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let answer = http::request(method, &format!("{}{path}", self.session), JSON, body.as_bytes());
        let value = answer.json()["value"].take();
        if answer.status == 200 { Ok(value) } else { Err(value) }
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_command(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    pub fn open(&self, url: &str) {
        self.command("POST", "/url", &json!({ "url": url }));
    }

    pub fn url(&self) -> String {
        self.command("GET", "/url", &Value::Null).as_str().unwrap().to_owned()
    }

    fn all(&self, using: &str, value: &str) -> Vec<String> {
        let found = self.command("POST", "/elements", &json!({ "using": using, "value": value }));
        let name = |element: &Value| element[ELEMENT].as_str().unwrap().to_owned();
        found.as_array().unwrap().iter().map(name).collect()
    }

    fn one(&self, using: &str, value: &str) -> String {
        let found = self.all(using, value);
        assert!(!found.is_empty(), "`{value}` is not on {}:\n{}", self.url(), self.text("body"));
        found.into_iter().next().unwrap()
    }

    /// How many elements a selector finds.
    pub fn count(&self, selector: &str) -> usize {
        self.all("css selector", selector).len()
    }

    pub fn text(&self, selector: &str) -> String {
        let element = self.one("css selector", selector);
        self.command("GET", &format!("/element/{element}/text"), &Value::Null).as_str().unwrap().to_owned()
    }

    /// Clicks what leads to another page, and waits for that page.
    pub fn click(&self, selector: &str) {
        self.go(&self.one("css selector", selector));
    }

    /// Follows a link, and waits for its page.
    pub fn follow(&self, link: &str) {
        self.go(&self.one("link text", link));
    }

    fn go(&self, element: &str) {
        self.evaluate("window.before = true");
        self.command("POST", &format!("/element/{element}/click"), &json!({}));
        let arrived =
            json!({ "script": "return !window.before && document.readyState === 'complete'", "args": [] });
        let started = Instant::now();
        // Between two pages there is nothing that could answer.
        while self.try_command("POST", "/execute/sync", &arrived) != Ok(Value::Bool(true)) {
            assert!(started.elapsed() < Duration::from_secs(30), "no page after {}", self.url());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Clicks what stays on the page.
    pub fn choose(&self, selector: &str) {
        let element = self.one("css selector", selector);
        self.command("POST", &format!("/element/{element}/click"), &json!({}));
    }

    pub fn write(&self, selector: &str, text: &str) {
        let element = self.one("css selector", selector);
        self.command("POST", &format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// What a script of the test returns; the pages themselves have none.
    pub fn evaluate(&self, script: &str) -> Value {
        self.command("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Complaints of the browser about the page: its policy, what it could not load.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.command("POST", "/se/log", &json!({ "type": "browser" }));
        log.as_array().unwrap().iter().map(ToString::to_string).collect()
    }

    /// Keeps a picture of the whole page in the folder that `SEMD_TEST_SCREENSHOTS` names, if any.
    pub fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("SEMD_TEST_SCREENSHOTS") else { return };
        let whole = json!({ "cmd": "Page.captureScreenshot", "params": { "captureBeyondViewport": true } });
        let data = self.command("POST", "/goog/cdp/execute", &whole);
        let file = Path::new(&folder).join(format!("{name}.png.base64"));
        std::fs::write(file, data["data"].as_str().unwrap()).unwrap();
    }
}

const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = std::panic::catch_unwind(|| http::request("DELETE", &self.session, JSON, b""));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
