//! Many documents at a time, results in the order of the input.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::memory;

/// Items a thread may be ahead of the slowest unfinished one.
const WINDOW: usize = 64;
/// Neighbours a thread takes at a time, unless they are slow. Documents of one kind lie side by side: threads that share them out
/// one by one would all wait for the same rule package.
const NEIGHBOURS: usize = 16;
/// Results a thread hands over at a time.
const HANDFUL: usize = 8;
/// Results a thread keeps at most while another one is handing its own over.
const ARMFUL: usize = 4 * HANDFUL;
/// A result that has waited so long for others is handed over with the next one. An item that takes longer is slow.
const PATIENCE: Duration = Duration::from_millis(2);

/// Works on `items` with `jobs` threads (all processors by default) and hands each result to `done` in the order of the
/// items. Threads pause when they are [`WINDOW`] items per thread ahead of a slow one, so that memory stays bounded.
///
/// `done` is called by the threads that work, one at a time: waking another thread for it would take as long as the check of a
/// small document.
///
/// For a process that ends soon after: the allocator keeps for itself what the batch gives back.
pub fn in_order<I: Sync, R: Send>(
    items: &[I],
    jobs: Option<usize>,
    work: impl Fn(&I) -> R + Sync,
    done: impl FnMut(&I, R) + Send,
) {
    run(items, jobs, memory::in_large_pages, work, done);
}

/// As [`in_order`], in a process that goes on for days.
pub fn in_order_and_go_on<I: Sync, R: Send>(
    items: &[I],
    jobs: Option<usize>,
    work: impl Fn(&I) -> R + Sync,
    done: impl FnMut(&I, R) + Send,
) {
    run(items, jobs, || {}, work, done);
}

/// `prepare` is called by every thread before it works.
fn run<I: Sync, R: Send>(
    items: &[I],
    jobs: Option<usize>,
    prepare: fn(),
    work: impl Fn(&I) -> R + Sync,
    mut done: impl FnMut(&I, R) + Send,
) {
    let available = thread::available_parallelism().map_or(1, NonZero::get);
    let jobs = jobs.unwrap_or(available).clamp(1, items.len().max(1));
    prepare();
    if jobs == 1 {
        for item in items {
            done(item, work(item));
        }
        return;
    }
    let batch = Batch {
        items,
        jobs,
        work,
        next: AtomicUsize::new(0),
        finished: AtomicUsize::new(0),
        output: Mutex::new(Output { waiting: BTreeMap::new(), expected: 0, broken: false, done }),
        moved: Condvar::new(),
    };
    thread::scope(|scope| {
        for _ in 1..jobs {
            scope.spawn(|| {
                prepare();
                batch.work();
            });
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
    /// `finished` has grown, or nothing will follow.
    moved: Condvar,
}

/// Where results are put in order.
struct Output<R, D> {
    waiting: BTreeMap<usize, R>,
    /// Number of the result that is given out next.
    expected: usize,
    /// A thread has panicked: what it had in hand never comes.
    broken: bool,
    done: D,
}

impl<I: Sync, R: Send, W: Fn(&I) -> R + Sync, D: FnMut(&I, R) + Send> Batch<'_, I, R, W, D> {
    /// What one of the threads does.
    fn work(&self) {
        let _end = OnPanic(|| self.break_off());
        let (mut ready, mut oldest) = (Vec::new(), Instant::now());
        let mut most = 1;
        while let Some(share) = self.take(most) {
            let (begun, count) = (Instant::now(), share.len() as u32);
            for index in share {
                self.keep_in_window(index, &mut ready);
                if ready.is_empty() {
                    oldest = Instant::now();
                }
                ready.push((index, (self.work)(&self.items[index])));
                if ready.len() < HANDFUL && oldest.elapsed() < PATIENCE {
                    continue;
                }
                match self.output.try_lock() {
                    Ok(mut output) => self.give_out(&mut output, &mut ready),
                    Err(TryLockError::WouldBlock) if ready.len() < ARMFUL => {}
                    Err(_) => self.give_out(&mut self.output(), &mut ready),
                }
            }
            most = if begun.elapsed() < PATIENCE * count { NEIGHBOURS } else { 1 };
        }
        self.give_out(&mut self.output(), &mut ready);
    }

    /// Takes neighbours, fewer towards the end so that all threads end together.
    fn take(&self, most: usize) -> Option<Range<usize>> {
        let count = self.items.len();
        let end = |start: usize| start + ((count - start) / (2 * self.jobs)).clamp(1, most);
        let taken = |start: usize| (start < count).then(|| end(start));
        let start = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).ok()?;
        Some(start..end(start))
    }

    /// Waits until an item is not too far ahead.
    fn keep_in_window(&self, index: usize, ready: &mut Vec<(usize, R)>) {
        let ahead = |finished: usize| index > finished + self.jobs * WINDOW;
        if ahead(self.finished.load(Ordering::Relaxed)) {
            // What is waited for may be among those not handed over yet.
            let mut output = self.output();
            self.give_out(&mut output, ready);
            drop(self.moved.wait_while(output, |output| !output.broken && ahead(output.expected)));
        }
    }

    fn output(&self) -> MutexGuard<'_, Output<R, D>> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands results over, and gives out those whose turn it is.
    fn give_out(&self, output: &mut Output<R, D>, ready: &mut Vec<(usize, R)>) {
        output.waiting.extend(ready.drain(..));
        while !output.broken
            && let Some(result) = output.waiting.remove(&output.expected)
        {
            (output.done)(&self.items[output.expected], result);
            output.expected += 1;
            self.finished.store(output.expected, Ordering::Relaxed);
        }
        self.moved.notify_all();
    }

    /// Lets all threads come to their end: nobody waits for a result that will not come.
    fn break_off(&self) {
        self.next.store(self.items.len(), Ordering::Relaxed);
        self.output().broken = true;
        self.moved.notify_all();
    }
}

/// Does something when a panic passes by.
struct OnPanic<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnPanic<F> {
    fn drop(&mut self) {
        if thread::panicking() {
            (self.0)();
        }
    }
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
    fn slow_items_side_by_side_are_shared() {
        let threads = std::sync::Mutex::new(std::collections::HashMap::new());
        let work = |&item: &usize| {
            if item < 8 {
                std::thread::sleep(std::time::Duration::from_millis(20));
                *threads.lock().unwrap().entry(std::thread::current().id()).or_insert(0) += 1;
            }
        };
        super::in_order(&(0..400).collect::<Vec<_>>(), Some(2), work, |_, ()| {});
        let counts: Vec<usize> = threads.into_inner().unwrap().into_values().collect();
        assert_eq!(counts.len(), 2, "{counts:?}");
        assert!(counts.iter().all(|&count| count >= 2), "{counts:?}");
    }

    #[test]
    fn panic_ends_the_batch() {
        let items: Vec<usize> = (0..400).collect();
        for in_work in [true, false] {
            let run = || {
                let wanted = |item: usize, here: bool| assert!(item != 3 || here != in_work, "planned");
                super::in_order(&items, Some(2), |&item| wanted(item, true), |&item, ()| wanted(item, false));
            };
            assert!(std::panic::catch_unwind(run).is_err());
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
