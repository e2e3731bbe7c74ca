'use strict';

/**
 * Find out when a scheduled backup runs next.
 *
 * A schedule has five fields: minute, hour, day of month, month and weekday (0 is Sunday). Each
 * field is `*`, a number or a range `a-b`, optionally followed by a slash and a step, or a
 * comma-separated list of these. A moment matches when all five fields match. All times are UTC.
 */

const FIELDS = [
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day', low: 1, high: 31 },
  { name: 'month', low: 1, high: 12 },
  { name: 'weekday', low: 0, high: 6 },
];

const PART = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/;

function parseField(text, { name, low, high }) {
  const allowed = new Set();
  for (const part of text.split(',')) {
    const match = PART.exec(part);
    if (match === null) {
      throw new SyntaxError(`bad ${name} field: '${part}'`);
    }
    const from = match[1] === undefined ? low : Number(match[1]);
    const open = match[1] === undefined || (match[2] === undefined && match[3] !== undefined);
    const to = open ? high : Number(match[2] ?? match[1]);
    const step = Number(match[3] ?? 1);
    if (from < low || to > high || from > to || step === 0) {
      throw new RangeError(`${name} out of range: '${part}'`);
    }
    for (let value = from; value <= to; value += step) {
      allowed.add(value);
    }
  }
  return allowed;
}

function parseSchedule(text) {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new SyntaxError(`expected ${FIELDS.length} fields, got ${parts.length}`);
  }
  return Object.fromEntries(
    FIELDS.map((field, i) => [field.name, parseField(parts[i], field)]),
  );
}

/** Returns the first matching moment strictly after `after`, or null within four years. */
function nextRun(schedule, after) {
  const horizon = Date.UTC(after.getUTCFullYear() + 4, after.getUTCMonth(), after.getUTCDate());
  const t = new Date(after);
  t.setUTCSeconds(0, 0);
  t.setUTCMinutes(t.getUTCMinutes() + 1);
  while (t.getTime() <= horizon) {
    const dayFits =
      schedule.month.has(t.getUTCMonth() + 1) &&
      schedule.day.has(t.getUTCDate()) &&
      schedule.weekday.has(t.getUTCDay());
    if (!dayFits) {
      t.setUTCHours(24, 0);
    } else if (!schedule.hour.has(t.getUTCHours())) {
      t.setUTCHours(t.getUTCHours() + 1, 0);
    } else if (!schedule.minute.has(t.getUTCMinutes())) {
      t.setUTCMinutes(t.getUTCMinutes() + 1);
    } else {
      return t;
    }
  }
  return null;
}

module.exports = { parseSchedule, nextRun };

if (require.main === module) {
  const start = new Date('2024-02-27T22:50:00Z');
  for (const text of ['*/20 * * * *', '30 3 29 2 *', '0 9-17/4 * * 1-5', '0 0 31 2 *']) {
    console.log(text.padEnd(18), nextRun(parseSchedule(text), start)?.toISOString() ?? 'never');
  }
}
