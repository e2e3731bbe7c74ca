'use strict';

/**
 * Run many asynchronous jobs with limited concurrency.
 *
 * A thumbnail service must process a long list of pictures but may only work on a few at a time.
 * `runPool` keeps the results in the order of the input, records failures without stopping the
 * other jobs, and can be aborted: jobs that have not started by then are marked as skipped.
 */

/**
 * @template T, R
 * @param {Iterable<T>} items
 * @param {(item: T, signal?: AbortSignal) => Promise<R>} job
 * @param {{ limit?: number, signal?: AbortSignal }} [options]
 * @returns {Promise<Array<{ status: 'done', value: R } | { status: 'failed', reason: unknown }
 *   | { status: 'skipped' }>>}
 */
async function runPool(items, job, { limit = 4, signal } = {}) {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError('limit must be a positive integer');
  }
  const queue = [...items];
  const results = new Array(queue.length);
  let next = 0;

  async function worker() {
    while (next < queue.length) {
      const index = next;
      next += 1;
      if (signal?.aborted) {
        results[index] = { status: 'skipped' };
        continue;
      }
      try {
        results[index] = { status: 'done', value: await job(queue[index], signal) };
      } catch (reason) {
        results[index] = { status: 'failed', reason };
      }
    }
  }

  const workers = Array.from({ length: Math.min(limit, queue.length) }, worker);
  await Promise.all(workers);
  return results;
}

/** Counts the outcomes of a finished pool by status. */
function summarise(results) {
  const totals = { done: 0, failed: 0, skipped: 0 };
  for (const { status } of results) {
    totals[status] += 1;
  }
  return totals;
}

module.exports = { runPool, summarise };

if (require.main === module) {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  let running = 0;
  let peak = 0;

  const thumbnail = async (picture) => {
    running += 1;
    peak = Math.max(peak, running);
    await pause(picture.size);
    running -= 1;
    if (picture.broken) {
      throw new Error(`${picture.name} cannot be read`);
    }
    return `${picture.name}.thumb`;
  };

  const pictures = [
    { name: 'barn', size: 30 },
    { name: 'coast', size: 10, broken: true },
    { name: 'market', size: 20 },
    { name: 'owl', size: 5 },
  ];
  runPool(pictures, thumbnail, { limit: 2 }).then((results) => {
    console.log(results.map((r) => r.value ?? r.reason.message));
    console.log(summarise(results), `at most ${peak} at once`);
  });
}
