// Splits a text at its matches.

/**
 * A text split at its matches. Spans are [from, to) in code points; spans outside the text,
 * overlapping or out of order are corrected.
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

/**
 * A text split at several kinds of marks; where they overlap the first kind counts.
 * @param {string} text @param {readonly {kind: string, spans: readonly (readonly number[])[]}[]} layers
 * @returns {{text: string, kind: string}[]} kind is '' outside all marks
 */
export function layered(text, layers) {
  const points = [...text];
  const kinds = points.map(() => '');
  for (const { kind, spans } of [...layers].reverse()) for (const [from, to] of spans) kinds.fill(kind, Math.max(0, from), Math.max(0, to));
  /** @type {{text: string, kind: string}[]} */ const parts = [];
  points.forEach((point, i) => {
    const last = parts.at(-1);
    if (last && kinds[i] === kinds[i - 1]) last.text += point;
    else parts.push({ text: point, kind: kinds[i] });
  });
  return parts;
}
