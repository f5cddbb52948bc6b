//! Work that is made on one thread while another uses it.

use std::panic::resume_unwind;
use std::sync::mpsc::channel;
use std::thread;

/// How many batches go round, those being made and used included.
const BATCHES: usize = 4;

/// That nobody takes batches any more.
#[derive(Debug)]
pub(super) struct Stopped;

/// Takes a batch that was made, and gives one that was used before, as it was left, or an empty one.
pub(super) type HandOver<'a, B> = dyn FnMut(B) -> Result<B, Stopped> + 'a;

/// Makes batches on a thread of their own, and uses them here, in their order. `None` where there is no thread to be had.
///
/// Where `used` panics the other thread ends at the next batch.
pub(super) fn read_ahead<B: Default + Send, T: Send>(
    make: &(impl Fn(&mut HandOver<'_, B>) -> T + Sync),
    mut used: impl FnMut(&B),
) -> Option<T> {
    thread::scope(|scope| {
        let (full, ready) = channel::<B>();
        let (back, empty) = channel::<B>();
        for _ in 1..BATCHES {
            back.send(B::default()).ok()?;
        }
        let hand_over = move |batch| {
            full.send(batch).map_err(|_| Stopped)?;
            empty.recv().map_err(|_| Stopped)
        };
        let maker = thread::Builder::new().spawn_scoped(scope, move || {
            let mut hand_over = hand_over;
            make(&mut hand_over)
        });
        let maker = maker.ok()?;
        for batch in ready {
            used(&batch);
            // The maker may have made its last.
            let _ = back.send(batch);
        }
        Some(maker.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Makes batches of one number each, up to a limit.
    fn numbers(limit: usize, count: &AtomicUsize, hand_over: &mut HandOver<'_, Vec<usize>>) {
        let mut batch = Vec::new();
        for number in 0..limit {
            batch.clear();
            batch.push(number);
            count.fetch_add(1, Ordering::Relaxed);
            match hand_over(batch) {
                Ok(next) => batch = next,
                Err(Stopped) => return,
            }
        }
    }

    #[test]
    fn batches_are_used_in_their_order() {
        for limit in [0, 1, BATCHES, 1000] {
            let count = AtomicUsize::new(0);
            let mut used: Vec<usize> = Vec::new();
            let make = |hand_over: &mut HandOver<'_, _>| numbers(limit, &count, hand_over);
            read_ahead(&make, |batch: &Vec<usize>| used.extend(batch)).unwrap();
            assert_eq!(used, (0..limit).collect::<Vec<_>>());
        }
    }

    #[test]
    fn making_ends_where_using_panics() {
        let count = AtomicUsize::new(0);
        let make = |hand_over: &mut HandOver<'_, _>| numbers(usize::MAX, &count, hand_over);
        let used = |batch: &Vec<usize>| assert!(batch[0] < 10, "this panic is a part of the test");
        let ended = catch_unwind(AssertUnwindSafe(|| read_ahead(&make, used)));
        assert!(ended.is_err());
        assert!(count.into_inner() <= 11 + BATCHES);
    }

    #[test]
    fn a_panic_of_the_maker_is_passed_on() {
        let make = |hand_over: &mut HandOver<'_, u32>| {
            hand_over(7).unwrap();
            panic!("this panic is a part of the test");
        };
        let mut used = Vec::new();
        let ended = catch_unwind(AssertUnwindSafe(|| {
            read_ahead::<u32, ()>(&make, |batch| used.push(*batch))
        }));
        assert!(ended.is_err());
        assert_eq!(used, [7]);
    }
}
