// Finds where JSON breaks. Browsers report that each in its own words, or not at all. Pure.

const SPACE = /[ \t\n\r]*/y;
const WORD = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Deeper than any file of ours. */
const DEEPEST = 100;

/** The first invalid position, from 0, or -1 if all is valid.
 * @param {string} text */
export function brokenAt(text) {
  let at = 0;
  /** @param {RegExp} what @returns {boolean} whether it was there and was consumed */
  const eat = (what) => {
    what.lastIndex = at;
    const found = what.exec(text);
    if (found) at += found[0].length;
    return found !== null;
  };
  /** @param {string} sign */
  const sign = (sign) => {
    eat(SPACE);
    if (text[at] !== sign) return false;
    at++;
    return true;
  };
  /** The items in brackets, separated by commas. @param {string} end @param {() => boolean} item */
  const list = (end, item) => {
    if (sign(end)) return true;
    do { if (!item()) return false; } while (sign(','));
    return sign(end);
  };
  /** @param {number} deep @returns {boolean} */
  const value = (deep) => {
    if (deep > DEEPEST) return false;
    if (sign('[')) return list(']', () => value(deep + 1));
    if (sign('{')) return list('}', () => { eat(SPACE); return text[at] === '"' && eat(WORD) && sign(':') && value(deep + 1); });
    return eat(WORD);
  };
  const good = value(0);
  eat(SPACE);
  return good && at === text.length ? -1 : at;
}
