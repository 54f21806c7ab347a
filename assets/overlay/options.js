// The overlay's options: what the query of its address means. Pure.

/**
 * @typedef {object} Options
 * @property {number} duration seconds a comment takes to cross
 * @property {number} area part of the height that is used, 0.1 to 1
 * @property {'full'|'top'|'bottom'} region where that part lies
 * @property {number} lanes at most this many; 0 = as many as fit
 * @property {string} font family, put before the system's
 * @property {number} size px of a medium comment
 * @property {number} weight 100 to 900
 * @property {number} stroke px of outline that are seen
 * @property {number} opacity 0 to 1
 * @property {number} limit comments on screen
 * @property {'crisp'|'smooth'} motion whole pixels, or between them
 * @property {boolean} overlap comments may cover each other when it is full
 * @property {boolean} names show who wrote
 * @property {boolean} emoji show emoji; without, they are cut from the text
 * @property {boolean} merge equal comments become one with a count
 * @property {string} theme one of THEMES
 * @property {string} chroma RRGGBB of the background; empty = transparent
 * @property {'0'|'1'|'idle'} qr the code of the room: never, always, when idle
 * @property {number} idle seconds without a comment until qr=idle shows it
 * @property {boolean} demo a built-in feed, no server
 * @property {boolean} bench no server, no history: tools push comments
 * @property {boolean} debug draw lanes and counters
 * @property {string} lang language of fonts and labels; empty = the page's
 */

/** Ready styles of overlay.css; docs/css.md shows them. */
export const THEMES = ['', 'quiet', 'plate', 'hall', 'paper'];

/** @type {Readonly<Options>} */
export const DEFAULTS = Object.freeze({
  duration: 9, area: 1, region: 'full', lanes: 0, font: '', size: 36, weight: 700, stroke: 2, opacity: 1,
  limit: 150, motion: 'crisp', overlap: false, names: false, emoji: true, merge: false, theme: '', chroma: '',
  qr: '0', idle: 60, demo: false, bench: false, debug: false, lang: '',
});

/** A reader gives undefined for a bad value.
 * @typedef {(text: string) => any} Reader */

/** @param {number} low @param {number} high @returns {Reader} */
const number = (low, high) => (text) => {
  const value = text.trim() === '' ? NaN : Number(text);
  return value >= low && value <= high ? value : undefined;
};

/** @param {number} low @param {number} high @returns {Reader} */
const whole = (low, high) => (text) => {
  const value = number(low, high)(text);
  return Number.isInteger(value) ? value : undefined;
};

/** @type {Reader} */
const flag = (text) => (/^(1|true|)$/i.test(text) ? true : /^(0|false)$/i.test(text) ? false : undefined);

/** @param {string[]} words @returns {Reader} */
const oneOf = (words) => (text) => (words.includes(text) ? text : undefined);

/** @type {Record<keyof Options, Reader>} */
const READERS = {
  duration: number(2, 60), area: number(0.1, 1), region: oneOf(['full', 'top', 'bottom']),
  lanes: (text) => (text === 'auto' ? 0 : whole(1, 200)(text)),
  font: (text) => (text.length <= 200 && !/[;{}<>\\\n\r]/.test(text) ? text.trim() : undefined),
  size: number(8, 400), weight: whole(1, 1000), stroke: number(0, 20), opacity: number(0, 1), limit: whole(1, 2000),
  motion: oneOf(['crisp', 'smooth']), overlap: flag, names: flag, emoji: flag, merge: flag, theme: oneOf(THEMES),
  chroma: (text) => (text === '' ? '' : /^#?[0-9a-f]{6}$/i.test(text) ? text.replace('#', '').toLowerCase() : undefined),
  qr: (text) => (text === 'idle' ? 'idle' : flag(text) === undefined ? undefined : flag(text) ? '1' : '0'),
  idle: number(1, 86_400), demo: flag, bench: flag, debug: flag,
  lang: (text) => (/^([a-z]{2,3}(-[a-z0-9]{2,8})*)?$/i.test(text) ? text : undefined),
};

/** Names that older tools use.
 * @type {Map<string, (text: string) => [string, string]>} */
const ALIASES = new Map([
  ['speed', (text) => ['duration', text.trim() === '' ? text : String(15 - Number(text))]],
  ['maxtracks', (text) => ['lanes', text]],
  ['fontsize', (text) => ['size', text]],
]);

/**
 * Reads options by name over a base. Unknown names are ignored, a bad value
 * leaves the base's, an own name beats its alias, the first of equals counts.
 * @param {Iterable<[string, unknown]>} pairs
 * @param {Readonly<Options>} [base]
 * @returns {Options}
 */
export function readOptions(pairs, base = DEFAULTS) {
  /** @type {Map<string, string>} */
  const own = new Map();
  /** @type {Map<string, string>} */
  const aliased = new Map();
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const alias = ALIASES.get(key);
    const [target, text] = alias ? alias(String(value)) : [key, String(value)];
    const into = alias ? aliased : own;
    if (Object.hasOwn(READERS, target) && !into.has(target)) into.set(target, text);
  }
  /** @type {any} */
  const options = { ...base };
  for (const [name, text] of new Map([...aliased, ...own])) {
    const value = READERS[/** @type {keyof Options} */ (name)](text);
    if (value !== undefined) options[name] = value;
  }
  return options;
}
