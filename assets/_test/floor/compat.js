// Which browsers know a feature, by MDN's table of browser compatibility.

import { createRequire } from 'node:module';

/** @typedef {Record<string, string>} Floor the oldest version of each browser, by MDN's name of it */

const table = createRequire(import.meta.url)('@mdn/browser-compat-data');

/** Where in the table a path leads; undefined when it has no such entry. @param {string} path */
export const entry = (path) => path.split('/').reduce((at, name) => (at && Object.hasOwn(at, name) ? at[name] : undefined), table);

/** Versions as numbers, part by part. @param {string} a @param {string} b */
function older(a, b) {
  const [x, y] = [a, b].map((v) => v.split('.').map(Number));
  for (let i = 0; i < Math.max(x.length, y.length); i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) < (y[i] ?? 0);
  return false;
}

/** @param {any} statement of the table @param {string} version */
function holds(statement, version) {
  const { version_added: added, version_removed: removed, flags } = statement;
  if (typeof added !== 'string' || flags) return false;
  const since = added.replace('≤', '');
  return /^[\d.]+$/.test(since) && !older(version, since) && !(typeof removed === 'string' && !older(version, removed.replace('≤', '')));
}

/**
 * What of a floor does not know a feature, as "chrome 92"; empty when all know it
 * or the table does not say.
 * @param {string} path @param {Floor} floor
 */
export function missing(path, floor) {
  const support = entry(path)?.__compat?.support;
  if (!support) return [];
  return Object.entries(floor).flatMap(([browser, version]) => {
    const statements = [support[browser] ?? []].flat();
    if (statements.length === 0 || statements.some((s) => holds(s, version))) return [];
    return [`${browser} ${statements[0].version_added || 'never'}`];
  });
}
