'use strict';

/**
 * Read search filters from a URL query string.
 *
 * The shop front sends filters such as `price[min]=10&price[max]=50&tag[]=oak&tag[]=round`.
 * Turn such a string into nested objects and arrays. Parameter names come from strangers, so
 * nesting depth is limited, dangerous keys are rejected, and contradicting shapes are errors.
 */

const MAX_DEPTH = 4;
const FORBIDDEN = new Set(['__proto__', 'prototype', 'constructor']);

class QueryError extends Error {}

const decode = (text) => decodeURIComponent(text.replaceAll('+', ' '));

/** Splits `a[b][]` into ['a', 'b', '']. */
function splitName(name) {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (match === null) {
    throw new QueryError(`malformed parameter name '${name}'`);
  }
  const path = [match[1], ...[...match[2].matchAll(/\[([^\]]*)\]/g)].map((m) => m[1])];
  if (path.length > MAX_DEPTH) {
    throw new QueryError(`'${name}' is nested too deeply`);
  }
  path.forEach((key, i) => {
    if (FORBIDDEN.has(key)) {
      throw new QueryError(`key '${key}' is not allowed`);
    }
    if (key === '' && i !== path.length - 1) {
      throw new QueryError(`'[]' may only come last in '${name}'`);
    }
  });
  return path;
}

function assign(target, path, value, name) {
  const isList = path.at(-1) === '';
  const keys = isList ? path.slice(0, -1) : path;
  let node = target;
  for (const key of keys.slice(0, -1)) {
    node[key] ??= {};
    node = node[key];
    if (typeof node !== 'object' || Array.isArray(node)) {
      throw new QueryError(`'${name}' contradicts an earlier parameter`);
    }
  }
  const last = keys.at(-1);
  if (isList) {
    node[last] ??= [];
    if (!Array.isArray(node[last])) {
      throw new QueryError(`'${name}' contradicts an earlier parameter`);
    }
    node[last].push(value);
  } else if (Object.hasOwn(node, last)) {
    throw new QueryError(`'${name}' is given twice`);
  } else {
    node[last] = value;
  }
}

function parseQuery(query) {
  const result = {};
  for (const pair of query.replace(/^\?/, '').split('&').filter(Boolean)) {
    const split = pair.indexOf('=');
    const name = decode(split < 0 ? pair : pair.slice(0, split));
    const value = split < 0 ? '' : decode(pair.slice(split + 1));
    assign(result, splitName(name), value, name);
  }
  return result;
}

module.exports = { parseQuery, QueryError };

if (require.main === module) {
  console.log(parseQuery('?q=tea+table&price[min]=10&price[max]=50&tag[]=oak&tag[]=round'));
  for (const bad of ['a=1&a[b]=2', '__proto__[x]=1', 'a[]=1&a=2', 'a[b=1']) {
    try {
      parseQuery(bad);
    } catch (error) {
      console.log(`${bad}: ${error.message}`);
    }
  }
}
