// The languages that word lists have entries of. Independent of the page.

/** The languages of the shipped list. */
export const SHIPPED_LANGUAGES = ['en', 'zh', 'ja'];

/**
 * The codes of the shipped list, then those that lists mark with @lang, then others that are
 * off: all codes that a room can switch, in a stable order.
 * @param {readonly string[]} texts of the lists @param {readonly string[]} [off] codes that are off
 * @returns {string[]}
 */
export function listLanguages(texts, off = []) {
  /** @type {Set<string>} */ const marked = new Set();
  for (const text of texts) {
    for (const line of text.split('\n')) {
      const rule = line.replace(/(^|\s)#.*$/, ''); // a note is for people
      for (const [, code] of rule.matchAll(/(?:^|\s)@lang\s+([a-z]{2,3})(?=\s|$)/g)) marked.add(code);
    }
  }
  return [...new Set([...SHIPPED_LANGUAGES, ...[...marked].sort(), ...[...off].sort()])];
}
