//! A public API limits every client to a sustained rate with a short burst
//! allowance. This file implements the usual token bucket, one bucket per
//! client, with an explicit clock so that the behaviour can be tested without
//! sleeping.

use std::collections::HashMap;
use std::time::Duration;

/// The limits that apply to each client.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// How many requests may be made at once after a quiet period.
    burst: f64,
    /// How many tokens are added per second.
    per_second: f64,
}

/// The state of one client: its tokens at a given moment.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    updated: Duration,
}

/// What to answer to a request.
#[derive(Debug, PartialEq)]
enum Decision {
    Allow,
    /// The client should try again after this delay.
    RetryAfter(Duration),
}

struct RateLimiter {
    limits: Limits,
    buckets: HashMap<String, Bucket>,
}

impl RateLimiter {
    fn new(limits: Limits) -> Self {
        Self { limits, buckets: HashMap::new() }
    }

    /// Decides about a request of `client` made at `now`, counted from any
    /// fixed origin. Time must not run backwards for the same client.
    fn check(&mut self, client: &str, now: Duration) -> Decision {
        let Limits { burst, per_second } = self.limits;
        let bucket = self
            .buckets
            .entry(client.to_owned())
            .or_insert(Bucket { tokens: burst, updated: now });

        let elapsed = now.saturating_sub(bucket.updated).as_secs_f64();
        bucket.tokens = (bucket.tokens + elapsed * per_second).min(burst);
        bucket.updated = now;

        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            Decision::Allow
        } else {
            let missing = 1.0 - bucket.tokens;
            Decision::RetryAfter(Duration::from_secs_f64(missing / per_second))
        }
    }

    /// Forgets clients that have been quiet for longer than `idle`.
    fn evict_idle(&mut self, now: Duration, idle: Duration) {
        self.buckets.retain(|_, bucket| now.saturating_sub(bucket.updated) <= idle);
    }
}

fn main() {
    let mut limiter = RateLimiter::new(Limits { burst: 3.0, per_second: 2.0 });

    for millis in [0, 10, 20, 30, 600, 700] {
        let decision = limiter.check("mobile-app", Duration::from_millis(millis));
        println!("{millis:>4} ms: {decision:?}");
    }

    let later = Duration::from_secs(120);
    limiter.evict_idle(later, Duration::from_secs(60));
    assert!(limiter.buckets.is_empty());
    assert_eq!(limiter.check("mobile-app", later), Decision::Allow);
}
