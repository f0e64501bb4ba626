//! The two streams: stdout has data only, everything else goes to stderr.

use std::io::{self, IsTerminal as _, Write};
use std::process;

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
    progress: bool,
}

impl Console {
    /// The console that the common flags ask for.
    pub fn new(common: &Common) -> Self {
        Self {
            lang: common.language(),
            show_personal_data: common.show_pii,
            quiet: common.quiet,
            progress: !common.no_progress && !common.quiet && io::stderr().is_terminal(),
        }
    }

    /// The text in the console's language.
    pub fn text<'a>(&self, ru: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Ru => ru,
            Lang::En => en,
        }
    }

    /// Writes data to stdout. A reader that went away is not an error: the program ends as if it had been heard out.
    pub fn data(&self, text: &str) {
        let mut stdout = io::stdout().lock();
        if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            if error.kind() == io::ErrorKind::BrokenPipe {
                process::exit(0);
            }
            self.note(&error.to_string());
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
