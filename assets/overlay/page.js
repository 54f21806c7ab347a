// How options reach the page: custom properties and attributes.

/** @typedef {import('./options.js').Options} Options */

/** The Chromium version that first paints text strokes under HTML text. */
const STROKES = 123;

/** "stroke" where the browser really draws outlines under text, else "shadow".
 * @param {string} userAgent */
export function outlineKind(userAgent) {
  const version = Number(/\bChrom(?:e|ium)\/(\d+)/.exec(userAgent)?.[1] ?? 0);
  return version >= STROKES ? 'stroke' : 'shadow';
}

/** A family list with every name in quotes, safe in a style.
 * @param {string} font */
export function quoteFonts(font) {
  const names = font.split(',').map((name) => name.replace(/["']/g, '').trim()).filter(Boolean);
  return names.map((name) => `"${name}"`).join(', ');
}

/** Turns options into style. The properties go into a style sheet of their own
 * before the streamer's and not onto elements, so that theirs win.
 * @param {Options} o @param {CSSStyleDeclaration} rule of :root */
export function applyOptions(o, rule) {
  /** @param {string} name @param {string} value */
  const set = (name, value) => (value ? rule.setProperty(name, value) : rule.removeProperty(name));
  set('--danmaku-font', quoteFonts(o.font));
  set('--danmaku-size', `${o.size}px`);
  set('--danmaku-weight', String(o.weight));
  set('--danmaku-stroke-width', `${o.stroke}px`);
  set('--danmaku-opacity', o.opacity === 1 ? '' : String(o.opacity));
  set('background-color', o.chroma && `#${o.chroma}`);
}
