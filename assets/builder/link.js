// The overlay's address for a set of options. Pure.

import { DEFAULTS, LIST, OPTIONS, defaultOf, readOptions, writeOption } from '../shared/options.js';

/** @typedef {import('../shared/options.js').Options} Options */
/** @typedef {keyof Options} Name */

/** Whether an option differs from its default, which a preset may have set.
 * @param {Name} name @param {Readonly<Options>} options */
export const differs = (name, options) => options[name] !== (name === 'theme' ? DEFAULTS.theme : defaultOf(name, options.theme, options.box));

/** The page that draws with these options: flying comments, or a list.
 * @param {Readonly<Options>} options */
export const pageOf = (options) => (options.box ? 'chat' : 'overlay');

/** The options that differ from their defaults, in the order of the table.
 * @param {Readonly<Options>} options @returns {Name[]} */
export const changed = (options) => /** @type {Name[]} */ (Object.keys(OPTIONS)).filter((name) => differs(name, options));

/** The query of an address with these options; empty if all are defaults.
 * @param {Readonly<Options>} options */
export function queryOf(options) {
  const query = new URLSearchParams(changed(options).map((name) => [name, writeOption(name, options[name])]));
  return query.toString();
}

/** All options as texts, as danmaku.config() takes them.
 * @param {Readonly<Options>} options @returns {Record<string, string>} */
export const allTexts = (options) => Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, writeOption(/** @type {Name} */ (name), options[/** @type {Name} */ (name)])]));

/** The options that differ from their defaults, as texts: the content of a stored style.
 * @param {Readonly<Options>} options @returns {Record<string, string>} */
export const changedTexts = (options) => Object.fromEntries(changed(options).map((name) => [name, writeOption(name, options[name])]));

/** The options of an overlay's address (or of a screen's, or a loader's), or null for any
 * other text.
 * @param {string} text @returns {Options|null} */
export function ofAddress(text) {
  let address;
  try {
    address = new URL(text.trim());
  } catch {
    return null;
  }
  const [, page] = /\/(overlay|chat|screen|overlay-loader)\/[^/]+$/.exec(address.pathname) ?? [];
  return page ? readOptions(address.searchParams, page === 'chat' ? LIST : DEFAULTS) : null;
}
