//! Many documents at a time, results in the order of the input.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Items a thread may be ahead of the slowest unfinished one.
const WINDOW: usize = 16;
/// Results a thread hands over at a time: waking the thread that takes them costs as much as the check of a small document.
const HANDFUL: usize = 8;
/// A result waits no longer than this for others.
const PATIENCE: Duration = Duration::from_millis(2);

/// Works on `items` with `jobs` threads (all processors by default) and hands each result to `done` in the order of the
/// items. Threads pause when they are [`WINDOW`] items per thread ahead of a slow one, so that memory stays bounded.
pub fn in_order<I: Sync, R: Send>(
    items: &[I],
    jobs: Option<usize>,
    work: impl Fn(&I) -> R + Sync,
    mut done: impl FnMut(&I, R),
) {
    let available = thread::available_parallelism().map_or(1, NonZero::get);
    let jobs = jobs.unwrap_or(available).clamp(1, items.len().max(1));
    if jobs == 1 {
        for item in items {
            done(item, work(item));
        }
        return;
    }
    let next = AtomicUsize::new(0);
    let finished = (Mutex::new(0_usize), Condvar::new());
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel::<Vec<(usize, R)>>(jobs * 4);
        for _ in 0..jobs {
            let (sender, next, work, finished) = (sender.clone(), &next, &work, &finished);
            scope.spawn(move || {
                let done = || finished.0.lock().unwrap_or_else(PoisonError::into_inner);
                let hand_over = |ready: &mut Vec<_>| sender.send(std::mem::take(ready)).is_ok();
                let (mut ready, mut since) = (Vec::new(), Instant::now());
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let ahead = |done: &mut usize| index > *done + jobs * WINDOW;
                    if ahead(&mut done()) {
                        // What is waited for may be among those not handed over yet.
                        if !hand_over(&mut ready) {
                            return;
                        }
                        drop(finished.1.wait_while(done(), ahead));
                    }
                    if ready.is_empty() {
                        since = Instant::now();
                    }
                    ready.push((index, work(item)));
                    let enough = ready.len() >= HANDFUL || since.elapsed() >= PATIENCE;
                    if enough && !hand_over(&mut ready) {
                        return;
                    }
                }
                // Nobody takes them any more where this fails.
                hand_over(&mut ready);
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut expected = 0;
        for results in receiver {
            waiting.extend(results);
            while let Some(result) = waiting.remove(&expected) {
                done(&items[expected], result);
                expected += 1;
                *finished.0.lock().unwrap_or_else(PoisonError::into_inner) = expected;
                finished.1.notify_all();
            }
        }
    });
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
