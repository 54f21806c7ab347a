// User colours of equal lightness: a dark colour becomes as light as the others, and keeps its
// hue. Computed in OKLab (Björn Ottosson, 2020). Pure.

/** The least lightness of a colour, of 1. */
const LIGHTNESS = 0.8;

/** @param {number} c 0 to 1, as in "#rrggbb" */
const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
/** @param {number} c linear light */
const encoded = (c) => (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055);

/** @param {string} color "#rrggbb" @returns {[number, number, number]} lightness, a and b */
export function oklab(color) {
  const [r, g, b] = [1, 3, 5].map((i) => linear(parseInt(color.slice(i, i + 2), 16) / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** @param {number} L @param {number} a @param {number} b @returns {number[]} red, green and blue; within 0 and 1 if a screen can show them */
function rgb(L, a, b) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** @type {Map<string, string>} recent results */
const known = new Map();

/** A colour of the usual lightness: a dark one is lightened, a light one stays. It loses as
 * much saturation as a screen cannot show at that lightness.
 * @param {string} color "#rrggbb" */
export function lifted(color) {
  const before = known.get(color);
  if (before) return before;
  const [L, a, b] = oklab(color);
  let out = color;
  if (L < LIGHTNESS) {
    let low = 0, high = 1;
    for (let i = 0; i < 12; i++) {
      const part = (low + high) / 2;
      if (rgb(LIGHTNESS, a * part, b * part).every((c) => c >= 0 && c <= 1)) low = part;
      else high = part;
    }
    out = `#${rgb(LIGHTNESS, a * low, b * low).map((c) => Math.round(255 * encoded(Math.min(1, Math.max(0, c)))).toString(16).padStart(2, '0')).join('')}`;
  }
  if (known.size > 500) known.clear();
  known.set(color, out);
  return out;
}
