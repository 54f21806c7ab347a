// Where something matched in a text.

/**
 * A text cut at what matched. Spans are [from, to) in code points; what lies
 * outside of the text, overlaps or stands in the wrong order is put right.
 * @param {string} text @param {readonly (readonly number[])[]} [spans]
 * @returns {{text: string, hit: boolean}[]}
 */
export function cut(text, spans = []) {
  const points = [...text];
  /** @type {{text: string, hit: boolean}[]} */ const parts = [];
  let at = 0;
  const piece = (/** @type {number} */ to, /** @type {boolean} */ hit) => {
    if (to > at) parts.push({ text: points.slice(at, to).join(''), hit });
    at = Math.max(at, to);
  };
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    piece(Math.min(points.length, Math.max(at, from)), false);
    piece(Math.min(points.length, to), true);
  }
  piece(points.length, false);
  return parts;
}
