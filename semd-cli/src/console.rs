//! The two streams: stdout has data only, everything else goes to stderr.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, OnceLock};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use semd_core::report::Lang;

use crate::args::Common;

/// Where a command writes.
#[derive(Clone, Debug)]
pub struct Console {
    /// Language of texts for people.
    pub lang: Lang,
    /// Whether values of documents may be shown.
    pub show_personal_data: bool,
    quiet: bool,
    verbose: bool,
    progress: bool,
    /// Why stdout takes no more data, once it does not.
    lost: Arc<OnceLock<io::Error>>,
}

impl Console {
    /// The console that the common flags ask for.
    pub fn new(common: &Common) -> Self {
        Self {
            lang: common.language(),
            show_personal_data: common.show_pii,
            quiet: common.quiet,
            verbose: common.verbose && !common.quiet,
            progress: !common.no_progress && !common.quiet && io::stderr().is_terminal(),
            lost: Arc::default(),
        }
    }

    /// The text in the console's language.
    pub fn text<'a>(&self, ru: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Ru => ru,
            Lang::En => en,
        }
    }

    /// Writes data to stdout. When nobody takes it any more the work goes on unheard, so that the exit code stays true and
    /// nothing is left half signed or half sent.
    pub fn data(&self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// As [`Console::data`], for data that are no text.
    pub fn bytes(&self, bytes: &[u8]) {
        if self.lost.get().is_some() {
            return;
        }
        let mut stdout = io::stdout().lock();
        if let Err(error) = stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            let _ = self.lost.set(error);
        }
    }

    /// Why data was lost. A reader that went away (`| head`) wanted no more of it and is no reason.
    pub fn lost(&self) -> Option<&io::Error> {
        self.lost.get().filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }

    /// Writes a line to stderr when asked to say more.
    pub fn detail(&self, line: &str) {
        if self.verbose {
            let _ = writeln!(io::stderr().lock(), "{line}");
        }
    }

    /// Writes a line to stderr unless asked to be quiet.
    pub fn note(&self, line: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{line}");
        }
    }

    /// Writes a line to stderr, quiet or not.
    pub fn complain(&self, line: &dyn std::fmt::Display) {
        let _ = writeln!(io::stderr().lock(), "{line}");
    }

    /// A progress bar on stderr with rate and remaining time; hidden when nobody watches.
    pub fn progress(&self, total: usize) -> ProgressBar {
        if !self.progress || total < 2 {
            return ProgressBar::hidden();
        }
        let template = match self.lang {
            Lang::Ru => "{bar:30} {pos}/{len} {msg} {per_sec}, осталось {eta}",
            Lang::En => "{bar:30} {pos}/{len} {msg} {per_sec}, {eta} left",
        };
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
        match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}
