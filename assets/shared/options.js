// The overlay's options, given in the query of its address. One table: the overlay
// reads addresses with it, and the builder makes its controls from it. Pure.

/**
 * @typedef {object} Options
 * @property {number} duration seconds that a comment takes to cross; 0 = all have the same speed
 * @property {number} pace that speed, px a second in a picture of 1080 lines; 0 = its width in nine seconds
 * @property {number} wrap graphemes in a line; 0 = never more than one line
 * @property {number} area part of the height in use, 0.1 to 1
 * @property {'full'|'top'|'bottom'} region position of that part
 * @property {number} lanes at most this many; 0 = as many as fit
 * @property {string} font family, placed before the system's
 * @property {number} size px of a medium comment
 * @property {number} weight 100 to 900; 0 = lighter for Chinese, Japanese and Korean
 * @property {number} stroke px of visible outline; -1 = suited to the size
 * @property {number} opacity 0 to 1
 * @property {boolean} fade comments fade at the sides
 * @property {number} limit comments on screen
 * @property {'crisp'|'smooth'} motion whole pixels, or between them
 * @property {number} fixed the most comments standing at the top at once, and the same at the bottom
 * @property {boolean} apart standing comments take lanes from flying ones instead of covering them
 * @property {boolean} overlap comments may cover each other when the screen is full
 * @property {boolean} names show authors' names
 * @property {boolean} sources show the platform that a comment comes from
 * @property {boolean} lift dark colours get the lightness of the others
 * @property {boolean} emoji show emoji; if off, they are removed from the text
 * @property {boolean} reactions reactions of the audience rise at the side
 * @property {number} questions how many questions of a live list, those with the most votes, stand at the left
 * @property {boolean} merge equal comments become one with a count
 * @property {''|'list'|'youtube'} box a list instead of flying comments; youtube = with the names of YouTube's chat
 * @property {'bottom'|'top'} newest the end of a list where the newest stands
 * @property {number} stay seconds a comment stays in a list; 0 = until others push it out
 * @property {string} place position of a list in the picture, one of PLACES
 * @property {boolean} avatars a list shows a letter for each author
 * @property {string} theme one of THEMES
 * @property {string} chroma RRGGBB of the background; empty = transparent
 * @property {'0'|'1'|'idle'} qr the code of the room: never, always, when idle
 * @property {number} idle seconds without a comment until qr=idle shows it
 * @property {boolean} demo a built-in feed, no server
 * @property {boolean} bench no server, no history: tools push comments
 * @property {boolean} debug draw lanes and counters
 * @property {string} lang language of fonts and labels; empty = the page's
 */

/**
 * One row of the table. `low` and `high` bound a number, `auto` is the word that an
 * address may say for the default, `values` are the possible words of a choice.
 * @typedef {object} Option
 * @property {'number'|'whole'|'flag'|'choice'|'font'|'color'|'lang'} kind
 * @property {number|string|boolean} value the default
 * @property {number} [low]
 * @property {number} [high]
 * @property {string} [auto]
 * @property {readonly string[]} [values]
 */

/** Ready styles of themes.css; docs/css.md shows them. */
export const THEMES = ['', 'classic', 'quiet', 'plate', 'hall', 'paper', 'bilibili', 'niconico'];

/** Options that ready styles set, too: these are the defaults while the
 * style is on. For size, weight, stroke and opacity, themes.css does the same.
 * @type {Record<string, Partial<Options>>} */
export const THEME_OPTIONS = {
  classic: { weight: 700, stroke: 2, lift: false },
  quiet: { size: 28, weight: 600, stroke: 1.5, opacity: 0.9 },
  hall: { size: 56, weight: 800, stroke: 3 },
  paper: { lift: false },
  bilibili: { weight: 700, stroke: 0, lift: false, wrap: 0 },
  niconico: { size: 75, weight: 600, stroke: 1.4, lift: false, wrap: 0 },
};

/** Positions of a list: everywhere, at a side, or in a portrait format. */
export const PLACES = ['full', 'left', 'right', '9x16', '4x5'];

/** Options that a list sets, too, if no ready style does. @type {Partial<Options>} */
export const BOX_OPTIONS = { size: 28, limit: 60, names: true, sources: true };

/** @param {number} value @param {number} low @param {number} high @returns {Option} */
const number = (value, low, high) => ({ kind: 'number', value, low, high });
/** @param {number} value @param {number} low @param {number} high @returns {Option} */
const whole = (value, low, high) => ({ kind: 'whole', value, low, high });
const flag = (/** @type {boolean} */ value) => /** @type {Option} */ ({ kind: 'flag', value });
/** The first is the default. @param {readonly string[]} values @returns {Option} */
const choice = (values) => ({ kind: 'choice', value: values[0], values });

/** Every option, by the name that addresses use.
 * @type {Readonly<Record<keyof Options, Option>>} */
export const OPTIONS = Object.freeze({
  duration: { ...number(0, 2, 60), auto: 'auto' }, pace: { ...whole(0, 160, 420), auto: 'auto' }, wrap: whole(60, 0, 300), area: number(1, 0.1, 1), region: choice(['full', 'top', 'bottom']),
  lanes: { ...whole(0, 1, 200), auto: 'auto' }, font: { kind: 'font', value: '' },
  size: number(36, 8, 400), weight: { ...whole(0, 1, 1000), auto: 'auto' }, stroke: { ...number(-1, 0, 20), auto: 'auto' }, opacity: number(1, 0, 1), limit: whole(150, 1, 2000),
  motion: choice(['crisp', 'smooth']), fade: flag(false), fixed: whole(3, 1, 20), apart: flag(false), overlap: flag(false), names: flag(false), sources: flag(false), lift: flag(true), emoji: flag(true), reactions: flag(true), questions: whole(0, 0, 5), merge: flag(false), theme: choice(THEMES),
  box: choice(['', 'list', 'youtube']), newest: choice(['bottom', 'top']), stay: whole(0, 0, 3600), place: choice(PLACES), avatars: flag(false),
  chroma: { kind: 'color', value: '' }, qr: choice(['0', '1', 'idle']), idle: number(60, 1, 86_400),
  demo: flag(false), bench: flag(false), debug: flag(false), lang: { kind: 'lang', value: '' },
});

/** @type {Readonly<Options>} */
export const DEFAULTS = Object.freeze(/** @type {any} */ (Object.fromEntries(Object.entries(OPTIONS).map(([name, option]) => [name, option.value]))));

/** The default of an option, with a ready style and for a list.
 * @template {keyof Options} N @param {N} name @param {string} theme @param {string} [box] @returns {Options[N]} */
export const defaultOf = (name, theme, box = '') => /** @type {any} */ (THEME_OPTIONS[theme]?.[name] ?? (box ? BOX_OPTIONS[name] : undefined) ?? DEFAULTS[name]);

/** The options in another ready style, or as a list: values at their default follow.
 * @param {Readonly<Options>} options @param {string} theme @param {string} [box] @returns {Options} */
export function withTheme(options, theme, box = options.box) {
  /** @type {any} */
  const next = { ...options, theme, box };
  for (const name of /** @type {(keyof Options)[]} */ (Object.keys(OPTIONS))) {
    if (name !== 'theme' && name !== 'box' && options[name] === defaultOf(name, options.theme, options.box)) next[name] = defaultOf(name, theme, box);
  }
  return next;
}

/** The options of a list whose address sets nothing else. @type {Readonly<Options>} */
export const LIST = Object.freeze(withTheme(DEFAULTS, '', 'list'));

/** @param {string} text */
const bool = (text) => (/^(1|true|)$/i.test(text) ? true : /^(0|false)$/i.test(text) ? false : undefined);

/** @param {Option} option @param {string} text */
function bounded({ low = -Infinity, high = Infinity }, text) {
  const value = text.trim() === '' ? NaN : Number(text);
  return value >= low && value <= high ? value : undefined;
}

/** Parses the text of each kind; undefined for a bad one.
 * @type {Record<Option['kind'], (option: Option, text: string) => any>} */
const READERS = {
  number: bounded,
  whole(option, text) {
    const value = bounded(option, text);
    return Number.isInteger(value) ? value : undefined;
  },
  flag: (_, text) => bool(text),
  choice({ values = [] }, text) {
    if (values.includes(text)) return text;
    // A choice with 0 and 1 accepts the flag's other spellings, too.
    const on = values.includes('1') ? bool(text) : undefined;
    return on === undefined ? undefined : on ? '1' : '0';
  },
  font: (_, text) => (text.length <= 200 && !/[;{}<>\\\n\r]/.test(text) ? text.trim() : undefined),
  color: (_, text) => (text === '' ? '' : /^#?[0-9a-f]{6}$/i.test(text) ? text.replace('#', '').toLowerCase() : undefined),
  lang: (_, text) => (/^([a-z]{2,3}(-[a-z0-9]{2,8})*)?$/i.test(text) ? text : undefined),
};

/** The value that a text means, or undefined for a bad one.
 * @param {keyof Options} name @param {string} text */
export function readOption(name, text) {
  const option = OPTIONS[name];
  return text === option.auto ? option.value : READERS[option.kind](option, text);
}

/** The text of a value in an address.
 * @param {keyof Options} name @param {any} value */
export function writeOption(name, value) {
  const option = OPTIONS[name];
  if (option.auto !== undefined && value === option.value) return option.auto;
  return option.kind === 'flag' ? (value ? '1' : '0') : String(value);
}

/** Names that older tools use.
 * @type {Map<string, (text: string) => [string, string]>} */
const ALIASES = new Map([
  ['speed', (text) => ['duration', text.trim() === '' ? text : String(15 - Number(text))]],
  ['maxtracks', (text) => ['lanes', text]],
  ['fontsize', (text) => ['size', text]],
]);

/**
 * Reads options by name over a base. Unknown names are ignored, a bad
 * value keeps the base's, a name beats its alias, the first of duplicates counts.
 * A ready style changes values at their default; values set beside it remain.
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
    if (Object.hasOwn(OPTIONS, target) && !into.has(target)) into.set(target, text);
  }
  const theme = readOption('theme', own.get('theme') ?? base.theme) ?? base.theme;
  const box = readOption('box', own.get('box') ?? base.box) ?? base.box;
  /** @type {any} */
  const options = withTheme(base, theme, box);
  for (const [name, text] of new Map([...aliased, ...own])) {
    const value = readOption(/** @type {keyof Options} */ (name), text);
    if (value !== undefined) options[name] = value;
  }
  return options;
}
