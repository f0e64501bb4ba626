//! Running a program: input, output, time limit, last words.

use std::fs;
use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use encoding_rs::WINDOWS_1251;
use zeroize::Zeroizing;

use super::{CommandError, Description};

/// Largest output that is read, octets: a container with an attached document would be larger and is not asked for.
const MAX_OUTPUT: u64 = 4 << 20;
/// Octets of the error stream that are kept.
const MAX_WORDS: u64 = 64 << 10;
/// Characters of its last line that are shown.
const SHOWN: usize = 300;
/// How often an unfinished program is looked at.
const PAUSE: Duration = Duration::from_millis(2);
/// How long streams may stay open after the program ended.
const GRACE: Duration = Duration::from_secs(1);
/// Exit code of a program that failed for the moment (EX_TEMPFAIL).
const TRANSIENT: i32 = 75;
/// Variables that programs get from the caller's environment; the rest may hold secrets of the caller.
const INHERITED: [&str; 11] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "TZ",
    "SystemRoot",
    "USERPROFILE",
];

/// Gives `input` to the program and answers its output.
pub(super) fn run(
    description: &Description,
    input: &[u8],
    password: Option<&Zeroizing<Vec<u8>>>,
) -> Result<Vec<u8>, CommandError> {
    let folder = tempfile::Builder::new().prefix("semd-").tempdir().map_err(files)?;
    let [given, wanted] = ["in", "out"].map(|name| folder.path().join(name));
    let (by_file, to_file) = (uses(description, "{in}"), uses(description, "{out}"));
    if by_file {
        fs::write(&given, input).map_err(files)?;
    }
    let mut command = prepared(description, &given, &wanted, password)?;
    command.stdin(if by_file { Stdio::null() } else { Stdio::piped() });
    let program = &description.argv[0];
    let mut child = command
        .spawn()
        .map_err(|error| CommandError::Start { program: program.clone(), reason: error.to_string() })?;
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_vec();
        // A program that does not read its input to the end says so by its result.
        thread::spawn(move || stdin.write_all(&input));
    }
    let output = child.stdout.take().map(|stream| reading(stream, MAX_OUTPUT));
    let words = child.stderr.take().map(|stream| reading(stream, MAX_WORDS));
    let status = wait(&mut child, description.timeout())?;
    let [output, words] = [output, words].map(finished);
    if !status.success() {
        return Err(CommandError::Failed {
            status: status.to_string(),
            words: last_words(&words),
            transient: status.code() == Some(TRANSIENT),
        });
    }
    if !to_file {
        return Ok(output);
    }
    Ok(read(fs::File::open(&wanted).map_err(files)?, MAX_OUTPUT))
}

/// Reads a stream beside everything else. The thread is not joined: a program may leave a child behind that keeps the stream.
fn reading(stream: impl Read + Send + 'static, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::spawn(move || sender.send(read(stream, limit)));
    receiver
}

fn finished(stream: Option<mpsc::Receiver<Vec<u8>>>) -> Vec<u8> {
    stream.and_then(|stream| stream.recv_timeout(GRACE).ok()).unwrap_or_default()
}

fn uses(description: &Description, name: &str) -> bool {
    description.argv.iter().any(|argument| argument.contains(name))
}

fn files(error: std::io::Error) -> CommandError {
    CommandError::Files(error.to_string())
}

fn prepared(
    description: &Description,
    given: &Path,
    wanted: &Path,
    password: Option<&Zeroizing<Vec<u8>>>,
) -> Result<Command, CommandError> {
    let (given, wanted) = (given.to_string_lossy(), wanted.to_string_lossy());
    let mut command = Command::new(&description.argv[0]);
    command
        .args(
            description.argv[1..]
                .iter()
                .map(|argument| argument.replace("{in}", &given).replace("{out}", &wanted)),
        )
        .env_clear()
        .envs(INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .envs(&description.environment)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let (Some(name), Some(password)) = (&description.password_variable, password) {
        let password = std::str::from_utf8(password)
            .map_err(|_| CommandError::Description("the PIN is not UTF-8 text".to_owned()))?;
        command.env(name, password);
    }
    Ok(command)
}

fn read(stream: impl Read, limit: u64) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut limited = stream.take(limit);
    let _ = limited.read_to_end(&mut octets);
    // What is above the limit is taken off the pipe, so that the program can end.
    let _ = std::io::copy(&mut limited.into_inner(), &mut std::io::sink());
    octets
}

fn wait(child: &mut Child, limit: Duration) -> Result<std::process::ExitStatus, CommandError> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(files)? {
            return Ok(status);
        }
        if started.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Err(CommandError::TimedOut { seconds: limit.as_secs() });
        }
        thread::sleep(PAUSE);
    }
}

/// The last line that says something, from UTF-8 or from the code page of Russian Windows.
fn last_words(octets: &[u8]) -> String {
    let text = match std::str::from_utf8(octets) {
        Ok(text) => text.into(),
        Err(_) => WINDOWS_1251.decode_without_bom_handling(octets).0,
    };
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("—");
    line.chars().filter(|character| !character.is_control()).take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_are_read_in_both_encodings() {
        assert_eq!(last_words("Первая\nОшибка: нет ключа\n\n".as_bytes()), "Ошибка: нет ключа");
        let (octets, _, _) = WINDOWS_1251.encode("Ошибка: нет ключа\r\n");
        assert_eq!(last_words(&octets), "Ошибка: нет ключа");
        assert_eq!(last_words(b"\x1b[31mred"), "[31mred");
        assert_eq!(last_words(b""), "—");
    }
}
