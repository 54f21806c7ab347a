// What an act changed, in words: settings by the names that their page has for
// them, and whom it concerns. No page in here.

/** Settings whose name on their page is a sentence, or that have none there. */
const NAMES = /** @type {Record<string, string>} */ ({
  slow_ms: 'switch_slow', delay_ms: 'field_delay', max_length: 'field_length', phrases: 'field_phrases', look: 'set_look',
  message: 'field_message', locked: 'switch_lock', archived: 'field_archived',
});

/** Settings whose values are words of the page, and what these begin with. */
const WORDS = /** @type {Record<string, string>} */ ({ state: 'state', review: 'review', newcomers: 'newcomers', links: 'links', modes: 'mode', sizes: 'size' });

/** Characters of a value that is told. */
const MOST = 60;

/**
 * @param {{before?: Record<string, any>, after?: Record<string, any>}} act as in the record
 * @param {import('../shared/i18n.js').Words} words
 */
export function changes({ before = {}, after = {} }, words) {
  return Object.keys(after).map((name) => `${label(name, words)}: ${value(name, before[name], words)} → ${value(name, after[name], words)}`).join(' · ');
}

/**
 * What the record says beside an act. That of a link begins with its role, which
 * has a word in every language; the rest is a label that somebody wrote.
 * @param {{act: string, detail?: string, before?: Record<string, any>, after?: Record<string, any>}} act
 * @param {import('../shared/i18n.js').Words} words
 */
export function detail(act, words) {
  if (act.act !== 'link' && act.act !== 'revoke') return act.detail || changes(act, words);
  const [role = '', ...rest] = (act.detail ?? '').split(' ');
  return [words.has(`role_${role}`) ? words.t(`role_${role}`) : role, rest.join(' ')].filter(Boolean).join(' · ');
}

/** @param {string} name @param {import('../shared/i18n.js').Words} words */
function label(name, { t, has }) {
  const key = NAMES[name] ?? `set_${name}`;
  return has(key) ? t(key) : name;
}

/** @param {string} name @param {any} v @param {import('../shared/i18n.js').Words} words @returns {string} */
function value(name, v, words) {
  const { t, has } = words;
  if (v === undefined || v === null || v === '') return '–';
  if (typeof v === 'boolean') return t(v ? 'yes' : 'no');
  if (name.endsWith('_ms')) return t('age_s', { n: v / 1000 });
  if (Array.isArray(v)) return v.length > 0 ? cut(v.map((one) => value(name, one, words)).join(', ')) : '–';
  if (typeof v === 'object') return cut(Object.values(v).filter(Boolean).join(', ')) || '–';
  const key = `${WORDS[name]}_${v}`;
  return WORDS[name] && has(key) ? t(key) : cut(typeof v === 'number' ? v.toLocaleString(words.lang) : String(v));
}

/** @param {string} text */
function cut(text) {
  const letters = [...text];
  return letters.length > MOST ? `${letters.slice(0, MOST - 1).join('')}…` : text;
}
