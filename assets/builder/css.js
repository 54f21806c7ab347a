// Finds what cannot work in a streamer's CSS before it is in OBS. Browsers silently ignore
// what they do not understand. Pure.

/** The relevant tokens: comments, external URLs, strings, braces, ends of lines. */
const TOKENS = /\/\*[\s\S]*?(?:\*\/|$)|url\(\s*["']?(?:https?:)?\/\/[^)\n]*\)?|@import\b[^;\n]*|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|[{}]|\n/gi;

/** @typedef {{line: number, key: string, params: Record<string, string|number>}} CssFault */

/**
 * Finds braces, comments and quotes that do not end, and external URLs, which the overlay
 * never loads.
 * @param {string} css @returns {CssFault[]}
 */
export function cssFaults(css) {
  /** @type {CssFault[]} */
  const faults = [];
  /** @type {number[]} lines of braces that are open */
  const open = [];
  let line = 1;
  /** @param {string} key @param {number} [at] */
  const fault = (key, at = line) => faults.push({ line: at, key, params: { line: at } });
  for (const [token] of css.matchAll(TOKENS)) {
    if (token === '\n') line++;
    else if (token === '{') open.push(line);
    else if (token === '}') { if (open.pop() === undefined) fault('css_close'); }
    else if (token.startsWith('/*')) {
      if (token.length < 4 || !token.endsWith('*/')) fault('css_comment');
      line += token.split('\n').length - 1;
    } else if (/^["']/.test(token)) {
      if (token.length < 2 || token[token.length - 1] !== token[0]) fault('css_quote');
      line += token.split('\n').length - 1;
    } else fault(token.startsWith('@') ? 'css_import' : 'css_net');
  }
  for (const at of open) fault('css_open', at);
  return faults.sort((a, b) => a.line - b.line);
}
