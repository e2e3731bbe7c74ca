/**
 * Parse human-friendly settings with small parser combinators.
 *
 * A kitchen timer accepts programs such as `bake 1h 20m at 180C, rest 15m`. A parser is a function
 * from a position in the text to a value and a new position. Combinators build larger parsers from
 * smaller ones; a failure remembers the farthest position reached, where the mistake
 * most likely is.
 */

type Outcome<T> = { ok: true; value: T; next: number } | { ok: false; at: number; wanted: string };
type Parser<T> = (text: string, at: number) => Outcome<T>;

function pattern(regex: RegExp, wanted: string): Parser<string> {
  const sticky = new RegExp(regex.source, 'y');
  return (text, at) => {
    sticky.lastIndex = at;
    const match = sticky.exec(text);
    return match === null
      ? { ok: false, at, wanted }
      : { ok: true, value: match[0], next: sticky.lastIndex };
  };
}

function map<A, B>(parser: Parser<A>, change: (value: A) => B): Parser<B> {
  return (text, at) => {
    const result = parser(text, at);
    return result.ok ? { ...result, value: change(result.value) } : result;
  };
}

function then<A, B>(first: Parser<A>, second: Parser<B>): Parser<[A, B]> {
  return (text, at) => {
    const a = first(text, at);
    if (!a.ok) return a;
    const b = second(text, a.next);
    return b.ok ? { ok: true, value: [a.value, b.value], next: b.next } : b;
  };
}

function optional<T>(parser: Parser<T>): Parser<T | undefined> {
  return (text, at) => {
    const result = parser(text, at);
    const untouched = !result.ok && result.at === at;
    return untouched ? { ok: true, value: undefined, next: at } : result;
  };
}

function separated<T>(item: Parser<T>, separator: Parser<unknown>): Parser<T[]> {
  const following = map(then(separator, item), ([, value]) => value);
  return (text, at) => {
    const values: T[] = [];
    let result = item(text, at);
    while (result.ok) {
      values.push(result.value);
      const more = optional(following)(text, result.next);
      if (!more.ok) return more;
      if (more.value === undefined) return { ok: true, value: values, next: result.next };
      result = { ok: true, value: more.value, next: more.next };
    }
    return result;
  };
}

const hours = map(pattern(/\d+h\s*/, 'hours'), (text) => parseInt(text, 10) * 60);
const minutes = map(pattern(/\d+m\s*/, 'minutes'), (text) => parseInt(text, 10));
const both = map(then(hours, optional(minutes)), ([h, m]) => h + (m ?? 0));
const duration: Parser<number> = (text, at) => {
  const result = both(text, at);
  return result.ok ? result : minutes(text, at);
};
const heat = map(pattern(/at\s+\d+C/, 'a temperature'), (text) => Number(text.match(/\d+/)));
const action = map(pattern(/[a-z]+\s+/, 'an action'), (text) => text.trim());
const step = map(then(then(action, duration), optional(heat)), ([[name, minute], celsius]) => ({
  name, minute, celsius,
}));
const program = separated(step, pattern(/\s*,\s*/, 'a comma'));

for (const text of ['bake 1h 20m at 180C, rest 15m', 'boil 90m, rest soon']) {
  const result = program(text, 0);
  console.log(result.ok ? result.value : `expected ${result.wanted} at column ${result.at + 1}`);
}
