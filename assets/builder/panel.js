// The layout of the table of options in the builder: groups, and for numbers the range of the
// slider. Pure.

import { DEFAULTS, OPTIONS } from '../shared/options.js';

/** @typedef {keyof import('../shared/options.js').Options} Name */

/** Every option is in one of these; a test checks that.
 * @type {Readonly<Record<string, readonly Name[]>>} */
export const GROUPS = Object.freeze({
  box: ['box', 'newest', 'place', 'stay', 'avatars'],
  text: ['theme', 'font', 'size', 'weight', 'stroke', 'opacity'],
  motion: ['pace', 'duration', 'area', 'region', 'lanes', 'motion', 'fade'],
  shown: ['limit', 'fixed', 'apart', 'overlap', 'wrap', 'merge', 'names', 'sources', 'lift', 'emoji', 'reactions', 'questions'],
  code: ['qr', 'idle'],
  special: ['lang', 'chroma', 'demo', 'debug', 'bench'],
});

/** Options of a list only. @type {readonly Name[]} */
const IN_BOX = ['newest', 'place', 'stay', 'avatars'];

/** Options of flying comments only, and of the items beside them. @type {readonly Name[]} */
const IN_FLIGHT = ['pace', 'duration', 'area', 'region', 'lanes', 'motion', 'fade', 'fixed', 'apart', 'overlap', 'wrap', 'reactions', 'questions', 'qr', 'idle', 'debug'];

/** Whether an option has an effect with the others.
 * @param {Name} name @param {Readonly<import('../shared/options.js').Options>} options */
export const applies = (name, options) => !(options.box ? IN_FLIGHT : IN_BOX).includes(name);

/** Options of the place where the overlay runs, not of its look: a preset keeps them.
 * @type {readonly Name[]} */
export const PLACE = ['lang', 'chroma', 'demo', 'debug', 'bench'];

/**
 * @typedef {object} Slide
 * @property {number} from
 * @property {number} to
 * @property {number} step
 * @property {string} unit a word of the page, "" for none
 * @property {number} [times] the displayed number is the value times this
 * @property {number} [rest] the slider's position while the overlay decides
 */

/** In displayed numbers. Fields beside the sliders accept the whole range.
 * @type {Readonly<Partial<Record<Name, Slide>>>} */
export const SLIDES = Object.freeze({
  size: { from: 12, to: 120, step: 1, unit: 'px' },
  weight: { from: 100, to: 900, step: 100, unit: '', rest: 700 },
  stroke: { from: 0, to: 8, step: 0.5, unit: 'px', rest: 2 },
  opacity: { from: 0, to: 100, step: 5, unit: 'percent', times: 100 },
  pace: { from: 160, to: 420, step: 10, unit: 'pace', rest: 210 },
  duration: { from: 2, to: 20, step: 0.5, unit: 's', rest: 9 },
  area: { from: 10, to: 100, step: 5, unit: 'percent', times: 100 },
  lanes: { from: 0, to: 30, step: 1, unit: '' },
  limit: { from: 10, to: 400, step: 10, unit: '' },
  fixed: { from: 1, to: 10, step: 1, unit: '' },
  questions: { from: 0, to: 5, step: 1, unit: '' },
  wrap: { from: 0, to: 120, step: 10, unit: '' },
  stay: { from: 0, to: 120, step: 5, unit: 's' },
  idle: { from: 5, to: 300, step: 5, unit: 's' },
});

/** Families that come with Windows, macOS or OBS's usual Linux; any other may be typed. */
export const FONTS = Object.freeze([
  'Microsoft YaHei', 'SimHei', 'PingFang SC', 'Noto Sans CJK SC', 'Noto Serif CJK SC', 'Yu Gothic', 'Meiryo', 'Hiragino Sans', 'MS PGothic',
  'Arial', 'Verdana', 'Georgia', 'Impact', 'Comic Sans MS', 'Segoe UI', 'Helvetica Neue',
]);

/** Languages with their own words or glyphs on the stage; empty means the page's. */
export const LANGS = Object.freeze(['', 'en', 'zh-CN', 'zh-TW', 'ja', 'ko', 'es']);

/** The displayed number for a value. @param {Name} name @param {number} value */
export const seen = (name, value) => Math.round(value * (SLIDES[name]?.times ?? 1) * 1000) / 1000;

/** The value for a displayed number. @param {Name} name @param {number} shown */
export const toValue = (name, shown) => Math.round((shown / (SLIDES[name]?.times ?? 1)) * 100_000) / 100_000;

/**
 * An option's value in words.
 * @param {Name} name @param {any} value
 * @param {(key: string, params?: Record<string, string|number>) => string} t
 */
export function inWords(name, value, t) {
  const slide = SLIDES[name];
  if (slide) {
    if (OPTIONS[name].auto && value === DEFAULTS[name]) return t(`val_${name}_auto`);
    return slide.unit ? t(`amount_${slide.unit}`, { n: seen(name, value) }) : String(seen(name, value));
  }
  if (typeof value === 'boolean') return t(value ? 'on' : 'off');
  if (name === 'font') return value || t('val_font_none');
  if (name === 'lang') return LANGS.includes(value) ? t(`val_lang_${value || 'none'}`) : value;
  if (name === 'chroma') return value ? `#${value}` : t('val_chroma_none');
  return t(`val_${name}_${value || 'none'}`);
}
