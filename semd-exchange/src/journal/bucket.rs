//! How many requests may go out: one token bucket a client, shared by all workers of the journal.

use time::OffsetDateTime;

use super::JournalError;
use super::codec::{from_millis, to_millis};

/// A permitted rate of requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Requests a second in the long run.
    pub per_second: f64,
    /// Requests that may go out at once after a pause.
    pub burst: u32,
}

impl Rate {
    /// A rate with a burst of 20 seconds.
    pub fn per_second(per_second: f64) -> Self {
        Self { per_second, burst: (per_second * 20.0).clamp(1.0, f64::from(u32::MAX)) as u32 }
    }
}

/// What a request for tokens gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Requests that may go out now.
    pub granted: u32,
    /// When to ask again, if fewer were granted than wanted.
    pub again_at: Option<OffsetDateTime>,
}

/// The rate after the first `RATE_LIMIT` of a client that had none; the register's own number is not known.
const FIRST_RATE: f64 = 5.0;
/// The slowest rate; slower would look like a standstill.
const SLOWEST: f64 = 0.1;
/// Above this rate an unlimited client is unlimited again.
const UNLIMITED: f64 = 1000.0;
/// What every request that may go out gives back of the rate.
const RECOVERY: f64 = 1.1;

/// A bucket as the journal keeps it: rate and tokens in thousandths, times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) rate: i64,
    pub(super) tokens: i64,
    pub(super) filled_at: i64,
    pub(super) paused_until: i64,
}

impl Bucket {
    /// A full bucket of a client that may send at `rate`.
    pub(super) fn new(rate: Rate, now: i64) -> Self {
        Self {
            rate: (rate.per_second * 1000.0) as i64,
            tokens: i64::from(rate.burst) * 1000,
            filled_at: now,
            paused_until: 0,
        }
    }

    /// Takes up to `wanted` tokens. `None` in place of the bucket: the client is no longer limited.
    pub(super) fn take(
        mut self,
        asked: Option<Rate>,
        wanted: u32,
        now: OffsetDateTime,
    ) -> Result<(Option<Self>, Grant), JournalError> {
        let millis = to_millis(now);
        if self.paused_until > millis {
            let again_at = Some(from_millis(self.paused_until, "paused_until")?);
            return Ok((Some(self), Grant { granted: 0, again_at }));
        }
        // A client that was told to slow down gets no burst: the register has just said that it was too much.
        let full = asked.map_or(1, |rate| rate.burst.max(1));
        let slowed = asked.is_none_or(|rate| self.rate < (rate.per_second * 1000.0) as i64);
        let most = i64::from(if slowed { 1 } else { full }) * 1000;
        let elapsed = (millis - self.filled_at).clamp(0, 3_600_000);
        self.tokens = (self.tokens + elapsed * self.rate / 1000).min(most);
        self.filled_at = millis;
        let granted = wanted.min(u32::try_from(self.tokens / 1000).unwrap_or(0));
        self.tokens -= i64::from(granted) * 1000;
        let most = asked.map_or(UNLIMITED, |rate| rate.per_second);
        let recovered = self.rate as f64 / 1000.0 * RECOVERY.powi(granted.min(100) as i32);
        self.rate = (recovered.min(most) * 1000.0) as i64;
        let missing = 1000 - self.tokens;
        let again_at = match granted < wanted {
            true => Some(from_millis(millis + (missing * 1000 / self.rate.max(1)).max(1), "filled_at")?),
            false => None,
        };
        let unlimited = asked.is_none() && recovered >= UNLIMITED;
        Ok(((!unlimited).then_some(self), Grant { granted, again_at }))
    }

    /// Pauses until a moment and halves the rate, once for all answers of one burst.
    pub(super) fn slow_down(bucket: Option<Self>, asked: Option<Rate>, until: i64, now: i64) -> Self {
        let known = bucket.unwrap_or_else(|| {
            Self::new(asked.unwrap_or(Rate { per_second: FIRST_RATE * 2.0, burst: 1 }), now)
        });
        let rate = match known.paused_until > now {
            true => known.rate,
            false => (known.rate / 2).max((SLOWEST * 1000.0) as i64),
        };
        Self { rate, tokens: 0, filled_at: until, paused_until: known.paused_until.max(until) }
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-05-14 10:15 UTC);

    fn take(bucket: Bucket, rate: Option<Rate>, wanted: u32, now: OffsetDateTime) -> (Option<Bucket>, Grant) {
        bucket.take(rate, wanted, now).unwrap()
    }

    #[test]
    fn burst_goes_out_at_once_and_the_rest_at_the_rate() {
        let rate = Rate { per_second: 5.0, burst: 10 };
        let (bucket, grant) = take(Bucket::new(rate, to_millis(NOW)), Some(rate), 12, NOW);
        assert_eq!(grant, Grant { granted: 10, again_at: Some(NOW + Duration::milliseconds(200)) });
        let (bucket, grant) = take(bucket.unwrap(), Some(rate), 2, NOW + Duration::milliseconds(200));
        assert_eq!(grant.granted, 1);
        let (bucket, grant) = take(bucket.unwrap(), Some(rate), 99, NOW + Duration::hours(5));
        assert_eq!(grant.granted, 10, "a long pause gives one burst");
        assert_eq!(bucket.unwrap().rate, 5000, "the asked rate is never exceeded");
    }

    #[test]
    fn rate_limit_pauses_halves_once_and_recovers_with_success() {
        let rate = Rate { per_second: 8.0, burst: 10 };
        let until = NOW + Duration::minutes(1);
        let (now, millis) = (to_millis(NOW), to_millis(until));
        let once = Bucket::slow_down(Some(Bucket::new(rate, now)), Some(rate), millis, now);
        let twice = Bucket::slow_down(Some(once), Some(rate), millis, now);
        assert_eq!((once.rate, twice.rate), (4000, 4000), "answers of one burst count once");
        assert_eq!(take(twice, Some(rate), 1, NOW).1, Grant { granted: 0, again_at: Some(until) });
        let mut bucket = twice;
        let mut at = until;
        let mut slow = 0;
        while bucket.rate < 8000 {
            at += Duration::milliseconds(10);
            let (next, grant) = take(bucket, Some(rate), 5, at);
            assert!(grant.granted <= 1, "no burst while slowed down");
            slow += grant.granted;
            bucket = next.unwrap();
        }
        assert!((5..12).contains(&slow), "{slow}");
    }

    #[test]
    fn unlimited_client_is_limited_by_the_register_alone_and_only_for_a_time() {
        let now = to_millis(NOW);
        let mut bucket = Some(Bucket::slow_down(None, None, now, now));
        assert_eq!(bucket.unwrap().rate, 5000);
        let mut at = NOW;
        let mut requests = 0;
        while let Some(limited) = bucket {
            at += Duration::milliseconds(50);
            let (next, grant) = take(limited, None, 8, at);
            requests += grant.granted;
            bucket = next;
        }
        assert!((30..120).contains(&requests), "{requests}");
    }
}
