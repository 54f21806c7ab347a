// Applies options to the page, as custom properties, and has other common parts of the
// overlay's pages.

import { DEFAULTS, OPTIONS, defaultOf } from '../shared/options.js';
import { withDefaults } from '../shared/protocol.js';

/** @typedef {import('../shared/options.js').Options} Options */

/** The Chromium version that first paints text strokes under HTML text. */
const STROKES = 123;

/** "stroke" if the browser really draws outlines under text, otherwise "shadow".
 * @param {string} userAgent */
export function outlineKind(userAgent) {
  const version = Number(/Chrom(?:e|ium)\/(\d+)/.exec(userAgent)?.[1] ?? 0);
  return version >= STROKES ? 'stroke' : 'shadow';
}

/** Generic families in CSS; in quotes they would be a font's name. */
const GENERIC = ['serif', 'sans-serif', 'monospace', 'cursive', 'fantasy', 'system-ui', 'ui-serif', 'ui-sans-serif', 'ui-monospace', 'ui-rounded', 'math', 'emoji'];

/** A family list with every name in quotes, safe in a style.
 * @param {string} font */
export function quoteFonts(font) {
  const names = font.split(',').map((name) => name.replace(/["']/g, '').trim()).filter(Boolean);
  return names.map((name) => (GENERIC.includes(name.toLowerCase()) ? name : `"${name}"`)).join(', ');
}

/** A rule for :root in a separate style sheet, before OBS's Custom CSS, which OBS appends to
 * the head. */
export function ownRule() {
  const sheet = document.createElement('style');
  document.head.append(sheet);
  sheet.sheet?.insertRule(':root {}');
  return /** @type {CSSStyleRule} */ (sheet.sheet?.cssRules[0]);
}

/** Turns options into style. The properties are in a style sheet before the streamer's and not
 * on elements, so that the streamer's win; a theme decides those that have their default or
 * are "auto".
 * @param {Readonly<Options>} o @param {CSSStyleDeclaration} rule of :root */
export function applyOptions(o, rule) {
  /** @param {string} name @param {boolean} set @param {string} value */
  const property = (name, set, value) => (set ? rule.setProperty(name, value) : rule.removeProperty(name));
  /** @param {'size'|'weight'|'stroke'|'opacity'} name */
  const said = (name) => o[name] !== defaultOf(name, o.theme, o.box) && !(OPTIONS[name].auto && o[name] === DEFAULTS[name]);
  property('--danmaku-font', o.font !== '', quoteFonts(o.font));
  property('--danmaku-size', said('size'), `${o.size}px`);
  property('--danmaku-weight', said('weight'), String(o.weight));
  property('--danmaku-stroke-width', said('stroke'), `${o.stroke}px`);
  property('--danmaku-opacity', said('opacity'), String(o.opacity));
  property('background-color', o.chroma !== '', `#${o.chroma}`);
}

/** Notifies the page that frames the overlay of shown and removed comments: the second
 * screen's word cloud. A page of another site cannot access its frame.
 * @param {string} type @param {any} detail */
export function pass(type, detail) { window.frameElement?.dispatchEvent(new CustomEvent(`danmaku-${type}`, { detail })); }

let made = 0;
/** A comment from a tool: adds an id if it has none. @param {any} c as on the wire */
export const whole = (c) => withDefaults({ id: `local-${++made}`, ...c, text: String(c.text ?? '') });
