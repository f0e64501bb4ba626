//! Many documents at a time, results in the order of the input.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// Items a thread may be ahead of the slowest unfinished one.
const WINDOW: usize = 16;
/// Neighbours a thread takes at a time. Documents of one kind lie side by side: threads that share them out one by one would
/// all wait for the same rule package.
const NEIGHBOURS: usize = 8;
/// Results a thread hands over at a time.
const HANDFUL: usize = 8;
/// Results a thread keeps at most while another one is handing its own over.
const ARMFUL: usize = 4 * HANDFUL;
/// A result waits no longer than this for others.
const PATIENCE: Duration = Duration::from_millis(2);

/// Works on `items` with `jobs` threads (all processors by default) and hands each result to `done` in the order of the
/// items. Threads pause when they are [`WINDOW`] items per thread ahead of a slow one, so that memory stays bounded.
///
/// `done` is called by the threads that work, one at a time: waking another thread for it would take as long as the check of a
/// small document.
pub fn in_order<I: Sync, R: Send>(
    items: &[I],
    jobs: Option<usize>,
    work: impl Fn(&I) -> R + Sync,
    mut done: impl FnMut(&I, R) + Send,
) {
    let available = thread::available_parallelism().map_or(1, NonZero::get);
    let jobs = jobs.unwrap_or(available).clamp(1, items.len().max(1));
    if jobs == 1 {
        for item in items {
            done(item, work(item));
        }
        return;
    }
    let output = Output { waiting: BTreeMap::new(), expected: 0, done };
    let batch = Batch {
        items,
        jobs,
        work,
        next: AtomicUsize::new(0),
        finished: AtomicUsize::new(0),
        output: Mutex::new(output),
        moved: Condvar::new(),
    };
    thread::scope(|scope| {
        for _ in 1..jobs {
            scope.spawn(|| batch.work());
        }
        batch.work();
    });
}

struct Batch<'a, I, R, W, D> {
    items: &'a [I],
    jobs: usize,
    work: W,
    /// Number of the first item that nobody has taken.
    next: AtomicUsize,
    /// How many results were given out.
    finished: AtomicUsize,
    output: Mutex<Output<R, D>>,
    /// `finished` has grown.
    moved: Condvar,
}

/// Where results are put in order.
struct Output<R, D> {
    waiting: BTreeMap<usize, R>,
    /// Number of the result that is given out next.
    expected: usize,
    done: D,
}

impl<I: Sync, R: Send, W: Fn(&I) -> R + Sync, D: FnMut(&I, R) + Send> Batch<'_, I, R, W, D> {
    /// What one of the threads does.
    fn work(&self) {
        let (mut ready, mut since) = (Vec::new(), Instant::now());
        for (index, item) in shares(&self.next, self.items, self.jobs).flatten() {
            let ahead = |finished: usize| index > finished + self.jobs * WINDOW;
            if ahead(self.finished.load(Ordering::Relaxed)) {
                // What is waited for may be among those not handed over yet.
                let mut output = self.output();
                self.give_out(&mut output, &mut ready);
                drop(self.moved.wait_while(output, |output| ahead(output.expected)));
            }
            if ready.is_empty() {
                since = Instant::now();
            }
            ready.push((index, (self.work)(item)));
            if ready.len() < HANDFUL && since.elapsed() < PATIENCE {
                continue;
            }
            match self.output.try_lock() {
                Ok(mut output) => self.give_out(&mut output, &mut ready),
                Err(TryLockError::WouldBlock) if ready.len() < ARMFUL => {}
                Err(_) => self.give_out(&mut self.output(), &mut ready),
            }
        }
        self.give_out(&mut self.output(), &mut ready);
    }

    fn output(&self) -> MutexGuard<'_, Output<R, D>> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands results over, and gives out those whose turn it is.
    fn give_out(&self, output: &mut Output<R, D>, ready: &mut Vec<(usize, R)>) {
        output.waiting.extend(ready.drain(..));
        while let Some(result) = output.waiting.remove(&output.expected) {
            (output.done)(&self.items[output.expected], result);
            output.expected += 1;
        }
        self.finished.store(output.expected, Ordering::Relaxed);
        self.moved.notify_all();
    }
}

/// What one of `jobs` threads takes of the items: a few neighbours at a time, fewer towards the end so that all end together.
fn shares<'a, I>(
    next: &AtomicUsize,
    items: &'a [I],
    jobs: usize,
) -> impl Iterator<Item = impl Iterator<Item = (usize, &'a I)>> {
    let share = move |start: usize| ((items.len() - start) / (2 * jobs)).clamp(1, NEIGHBOURS);
    std::iter::from_fn(move || {
        let taken = |start: usize| (start < items.len()).then(|| start + share(start));
        let start = next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).ok()?;
        Some((start..start + share(start)).zip(&items[start..]))
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..200).collect();
        let mut seen = Vec::new();
        super::in_order(
            &items,
            Some(4),
            |&item| {
                std::thread::sleep(std::time::Duration::from_micros((item * 7) % 50));
                item * 2
            },
            |&item, result| seen.push((item, result)),
        );
        assert_eq!(seen, items.iter().map(|&item| (item, item * 2)).collect::<Vec<_>>());
    }

    #[test]
    fn every_item_is_taken_once_and_the_last_ones_one_by_one() {
        for (count, jobs) in [(0, 2), (1, 2), (7, 3), (100, 2), (1_000, 16)] {
            let items = vec![(); count];
            let next = super::AtomicUsize::new(0);
            let shares: Vec<Vec<usize>> = super::shares(&next, &items, jobs)
                .map(|share| share.map(|(index, ())| index).collect())
                .collect();
            assert_eq!(shares.concat(), (0..count).collect::<Vec<_>>());
            assert!(shares.last().is_none_or(|last| last.len() == 1), "{count} items, {jobs} jobs");
        }
    }

    #[test]
    fn one_slow_item_stops_neither_the_others_nor_itself() {
        let items: Vec<u64> = (0..2_000).collect();
        for slow in [0, 5, 100, 1_999] {
            let mut seen = Vec::new();
            let wait = |&item: &u64| {
                if item == slow {
                    std::thread::sleep(std::time::Duration::from_millis(30));
                }
                item
            };
            super::in_order(&items, Some(3), wait, |_, result| seen.push(result));
            assert_eq!(seen, items);
        }
    }
}
