/**
 * Apply change requests to a stored JSON document.
 *
 * A request is a list of operations on slash-separated paths: `set`, `remove` and `append`, plus
 * `expect`, which guards against changing a document that someone else has edited meanwhile. Either
 * all operations succeed or the caller keeps the original; untouched parts are shared,
 * not copied.
 */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type Operation =
  | { readonly op: 'set' | 'append' | 'expect'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

export class PatchError extends Error {
  constructor(index: number, path: string, problem: string) {
    super(`operation ${index + 1} at '${path}': ${problem}`);
  }
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Replaces the value at a path by the result of `change`; `undefined` removes it. */
function update(
  node: Json | undefined,
  path: readonly string[],
  change: (old: Json | undefined) => Json | undefined,
): Json | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return change(node);
  if (Array.isArray(node)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index >= node.length) {
      throw new RangeError(`no element '${key}'`);
    }
    const value = update(node[index], rest, change);
    const replacement = value === undefined ? [] : [value];
    return [...node.slice(0, index), ...replacement, ...node.slice(index + 1)];
  }
  if (!isObject(node)) throw new TypeError(`'${key}' is not inside an object or array`);
  const { [key]: old, ...others } = node;
  const value = update(old, rest, change);
  return value === undefined ? others : { ...node, [key]: value };
}

function perform(operation: Operation, old: Json | undefined): Json | undefined {
  switch (operation.op) {
    case 'set':
      return operation.value;
    case 'append':
      if (!Array.isArray(old)) throw new TypeError('not an array');
      return [...old, operation.value];
    case 'remove':
      if (old === undefined) throw new RangeError('nothing to remove');
      return undefined;
    case 'expect':
      if (JSON.stringify(old) !== JSON.stringify(operation.value)) {
        throw new Error(`expected ${JSON.stringify(operation.value)}`);
      }
      return old;
  }
}

export function applyPatch(document: Json, operations: readonly Operation[]): Json {
  return operations.reduce<Json>((current, operation, index) => {
    try {
      const path = operation.path.split('/').filter((part) => part !== '');
      return update(current, path, (old) => perform(operation, old)) ?? null;
    } catch (error) {
      throw new PatchError(index, operation.path, (error as Error).message);
    }
  }, document);
}

const recipe: Json = { title: 'Soup', steps: ['chop', 'boil'], serves: 2, draft: true };
console.log(applyPatch(recipe, [
  { op: 'expect', path: '/serves', value: 2 },
  { op: 'set', path: '/serves', value: 4 },
  { op: 'set', path: '/steps/0', value: 'chop finely' },
  { op: 'append', path: '/steps', value: 'season' },
  { op: 'remove', path: '/draft' },
]));
