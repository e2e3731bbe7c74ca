'use strict';

/**
 * Collapse many single look-ups into few batched ones.
 *
 * Rendering a page asks for the same authors over and over, one id at a time. The loader gathers
 * all ids requested in one turn of the event loop, fetches each distinct id once, and hands
 * every caller the value (or the error) for its own id. Successful answers are remembered.
 */
class BatchLoader {
  #fetchMany;
  #maxBatch;
  #cache = new Map();
  #waiting = [];

  /**
   * @param {(ids: string[]) => Promise<Map<string, unknown>>} fetchMany
   * @param {{ maxBatch?: number }} [options]
   */
  constructor(fetchMany, { maxBatch = 100 } = {}) {
    this.#fetchMany = fetchMany;
    this.#maxBatch = maxBatch;
  }

  load(id) {
    const known = this.#cache.get(id);
    if (known !== undefined) return known;

    const promise = new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) {
        setImmediate(() => this.#flush());
      }
      this.#waiting.push({ id, resolve, reject });
    });
    this.#cache.set(id, promise);
    promise.catch(() => this.#cache.delete(id)); // failures may be retried later
    return promise;
  }

  loadAll(ids) {
    return Promise.all(ids.map((id) => this.load(id)));
  }

  /** Drops a remembered value, for instance after it was changed. */
  forget(id) {
    this.#cache.delete(id);
  }

  #flush() {
    const requests = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < requests.length; start += this.#maxBatch) {
      this.#fetchBatch(requests.slice(start, start + this.#maxBatch));
    }
  }

  async #fetchBatch(batch) {
    try {
      const found = await this.#fetchMany(batch.map(({ id }) => id));
      for (const { id, resolve, reject } of batch) {
        if (found.has(id)) {
          resolve(found.get(id));
        } else {
          reject(new Error(`no record for '${id}'`));
        }
      }
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
  }
}

module.exports = { BatchLoader };

if (require.main === module) {
  const authors = new Map([['a1', 'Nnedi'], ['a2', 'Tove'], ['a3', 'Italo']]);
  const loader = new BatchLoader(async (ids) => {
    console.log('query for', ids.join(', '));
    return new Map(ids.filter((id) => authors.has(id)).map((id) => [id, authors.get(id)]));
  }, { maxBatch: 2 });

  loader.loadAll(['a1', 'a2', 'a1', 'a3'])
    .then((names) => console.log(names.join(', ')))
    .then(() => loader.load('a9'))
    .catch((error) => console.log(error.message));
}
