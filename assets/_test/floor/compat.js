// Browsers that support a feature, by MDN's table of browser compatibility.

import { createRequire } from 'node:module';

/** @typedef {Record<string, string>} Floor the oldest version of each browser, by MDN's name of it */

const table = createRequire(import.meta.url)('@mdn/browser-compat-data');

/** The table's entry at a path; undefined if there is none. @param {string} path */
export const entry = (path) => path.split('/').reduce((at, name) => (at && Object.hasOwn(at, name) ? at[name] : undefined), table);

/** Compares versions numerically, part by part. @param {string} a @param {string} b */
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
 * The browser of a floor that lacks a feature, as "chrome 92"; empty if all support it
 * or the table has no data.
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
