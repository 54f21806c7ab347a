// A style as a file: JSON that people may read and edit, so faults are reported with their
// place. Pure.

import { DEFAULTS, OPTIONS, readOption, readOptions } from '../shared/options.js';
import { brokenAt } from './json.js';
import { changed, ofAddress } from './link.js';

/** @typedef {import('../shared/options.js').Options} Options */
/** @typedef {keyof Options} Name */
/** @typedef {import('./style.js').Look} Look */
/** @typedef {{key: string, params: Record<string, string|number>}} Fault a sentence of the page */

/** Identifies a file of ours. */
export const KIND = 'danmaku overlay';

/** The only version so far. */
export const VERSION = 1;

/** The most bytes of CSS that the server stores. */
export const MOST_CSS = 32 * 1024;

/** @param {Look} look */
export function toFile({ options, css }) {
  const some = Object.fromEntries(changed(options).map((name) => [name, options[name]]));
  return `${JSON.stringify({ kind: KIND, version: VERSION, options: some, css }, null, 2)}\n`;
}

/** The allowed values of an option, in a form without language.
 * @param {Name} name */
function allowed(name) {
  const { kind, low, high, auto, values } = OPTIONS[name];
  if (values) return values.map((value) => JSON.stringify(value)).join(', ');
  if (low !== undefined) return `${low}–${high}${auto ? `, "${auto}"` : ''}`;
  return { flag: 'true, false', color: '"RRGGBB"', lang: '"en", "zh-CN", …', font: '"Arial"' }[/** @type {string} */ (kind)] ?? '';
}

/** @param {string} text @returns {Fault} */
function broken(text) {
  const before = text.slice(0, brokenAt(text)).split('\n');
  return { key: 'import_no_json_at', params: { line: before.length, column: before[before.length - 1].length + 1 } };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a file, or an overlay's address, which has no CSS. With any fault the result is empty,
 * and all faults are returned.
 * @param {string} text
 * @returns {{look: Partial<Look>, faults: Fault[]}}
 */
export function ofText(text) {
  const options = ofAddress(text);
  if (options) return { look: { options }, faults: [] };
  const json = text.replace(/^\uFEFF/, '');
  let data;
  try {
    data = JSON.parse(json);
  } catch {
    const key = !json.trim() ? 'import_empty' : /^\s*[{[]/.test(json) ? '' : 'import_no_json';
    return { look: {}, faults: [key ? { key, params: {} } : broken(json)] };
  }
  if (!isObject(data) || data.kind !== KIND) return { look: {}, faults: [{ key: 'import_other', params: {} }] };
  if (data.version !== VERSION) return { look: {}, faults: [{ key: 'import_newer', params: { version: String(data.version) } }] };
  /** @type {Fault[]} */
  const faults = [];
  for (const name of Object.keys(data)) {
    if (!['kind', 'version', 'options', 'css'].includes(name)) faults.push({ key: 'import_unknown', params: { name } });
  }
  const some = data.options ?? {};
  if (!isObject(some)) faults.push({ key: 'import_options', params: {} });
  else faults.push(...optionFaults(some));
  const css = data.css ?? '';
  if (typeof css !== 'string') faults.push({ key: 'import_css', params: {} });
  else if (new TextEncoder().encode(css).length > MOST_CSS) faults.push({ key: 'css_long', params: { n: MOST_CSS / 1024 } });
  if (faults.length > 0 || !isObject(some)) return { look: {}, faults };
  return { look: { options: readOptions(Object.entries(some).map(toOption), DEFAULTS), css: String(css) }, faults };
}

/** A value that the overlay decides, as in addresses. @param {[string, unknown]} entry @returns {[string, unknown]} */
function toOption([name, value]) {
  const known = /** @type {Name} */ (name);
  return [name, value === DEFAULTS[known] ? OPTIONS[known].auto ?? value : value];
}

/** @param {Record<string, unknown>} some @returns {Fault[]} */
function optionFaults(some) {
  /** @type {Fault[]} */
  const faults = [];
  for (const [name, value] of Object.entries(some)) {
    if (!Object.hasOwn(OPTIONS, name)) {
      faults.push({ key: 'import_unknown', params: { name } });
    } else if (!['string', 'number', 'boolean'].includes(typeof value) || readOption(/** @type {Name} */ (name), String(value)) === undefined && value !== DEFAULTS[/** @type {Name} */ (name)]) {
      faults.push({ key: 'import_value', params: { name, value: JSON.stringify(value), allowed: allowed(/** @type {Name} */ (name)) } });
    }
  }
  return faults;
}
