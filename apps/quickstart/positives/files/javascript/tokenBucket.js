'use strict';

/**
 * Per-client rate limiting for an HTTP API.
 *
 * Every client owns a bucket that holds at most `burst` tokens and refills at `perSecond` tokens
 * a second. A request costs one or more tokens. When there are too few, the limiter says how long
 * the client should wait, which the API sends back as a Retry-After header. Buckets of clients
 * that have been quiet long enough to be full again are dropped to bound memory use.
 */
class RateLimiter {
  #buckets = new Map();

  constructor({ burst, perSecond, now = () => Date.now() }) {
    if (!(burst > 0) || !(perSecond > 0)) {
      throw new RangeError('burst and perSecond must be positive');
    }
    this.burst = burst;
    this.perSecond = perSecond;
    this.now = now;
  }

  /**
   * @param {string} client
   * @param {number} [cost]
   * @returns {{ allowed: boolean, remaining: number, retryAfterMs: number }}
   */
  take(client, cost = 1) {
    if (cost > this.burst) {
      throw new RangeError(`a cost of ${cost} can never be served`);
    }
    const bucket = this.#refilled(client);
    const allowed = bucket.tokens >= cost;
    if (allowed) {
      bucket.tokens -= cost;
    }
    const missing = allowed ? 0 : cost - bucket.tokens;
    return {
      allowed,
      remaining: Math.floor(bucket.tokens),
      retryAfterMs: Math.ceil((missing / this.perSecond) * 1000),
    };
  }

  /** Forgets clients whose bucket would be full by now; returns how many. */
  sweep() {
    let dropped = 0;
    for (const client of this.#buckets.keys()) {
      if (this.#refilled(client).tokens >= this.burst) {
        this.#buckets.delete(client);
        dropped += 1;
      }
    }
    return dropped;
  }

  #refilled(client) {
    const now = this.now();
    let bucket = this.#buckets.get(client);
    if (bucket === undefined) {
      bucket = { tokens: this.burst, updated: now };
      this.#buckets.set(client, bucket);
    }
    const elapsedSeconds = Math.max(0, now - bucket.updated) / 1000;
    bucket.tokens = Math.min(this.burst, bucket.tokens + elapsedSeconds * this.perSecond);
    bucket.updated = now;
    return bucket;
  }
}

module.exports = { RateLimiter };

if (require.main === module) {
  let clock = 0;
  const limiter = new RateLimiter({ burst: 3, perSecond: 2, now: () => clock });
  for (const at of [0, 0, 100, 150, 700]) {
    clock = at;
    const { allowed, retryAfterMs } = limiter.take('client-a');
    console.log(`${at} ms: ${allowed ? 'ok' : `wait ${retryAfterMs} ms`}`);
  }
  clock = 5000;
  console.log(`${limiter.sweep()} idle client forgotten`);
}
