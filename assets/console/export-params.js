// The parameters of exports and replays, independent of the page: the query of an export,
// durations, and the progress of a download.

/**
 * A file format, from the server's table (export/formats.go).
 * @typedef {object} Format
 * @property {string} name
 * @property {boolean} timed comments from outside the recording are left out
 * @property {boolean} marked it may begin with a byte order mark
 */

/** The statuses of a comment, as in history. */
export const STATUSES = /** @type {const} */ (['shown', 'held', 'refused', 'removed']);

/** Factors of the original speed. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 10];

/** The largest file that the server reads, in bytes. */
export const MOST_FILE = 64 * 1024 * 1024;

/**
 * A time when the room was busy, as in GET …/sessions.
 * @typedef {{from: number, to: number, count: number}} Session
 *
 * @typedef {object} Choice what to export
 * @property {Format} format
 * @property {string[]} statuses
 * @property {number} from ms; 0: from the beginning on
 * @property {number} to ms; 0: up to now
 * @property {'auto'|'recording'|'first'|'time'} zero where the file begins
 * @property {number} zeroAt ms, with zero "time"
 * @property {''|'drop'|'clamp'} early how to treat comments from before that, after the recording, or in a pause
 * @property {boolean} bom if the format allows it
 */

/**
 * The query of GET …/export: only values that differ from the server's defaults.
 * @param {Choice} choice
 */
export function exportQuery({ format, statuses, from, to, zero, zeroAt, early, bom }) {
  const query = new URLSearchParams({ format: format.name });
  if (statuses.length > 0 && statuses.join() !== 'shown') query.set('status', statuses.join());
  if (from > 0) query.set('from', String(from));
  if (to > 0) query.set('to', String(to));
  if (zero === 'time') query.set('zero', String(zeroAt));
  else if (zero !== 'auto') query.set('zero', zero);
  if (early) query.set('early', early);
  if (bom && format.marked) query.set('bom', '1');
  return query;
}

/**
 * How many comments the file contains, and how many were left out because they are not in the
 * recording.
 * @param {Choice} choice @param {number} all the selected comments @param {number} before those of them from before the beginning, after the end or in a pause
 */
export function account({ format, early }, all, before) {
  const left = early === 'drop' || (early === '' && format.timed) ? before : 0;
  return { written: all - left, left };
}

/** A duration as a player shows it: 1:02:03 or 2:03. @param {number} ms */
export function length(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60);
  return minutes < 60 ? `${minutes}:${two(s % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`;
}

/** The value of a field for date and time, in ms; NaN if empty. @param {string} text */
export const moment = (text) => (text ? new Date(text).getTime() : NaN);

/** A moment as the value of such a field, in the local time zone. @param {number} at ms */
export function field(at) {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** The file name of a download. @param {string|null} disposition the header @param {string} other */
export const nameOf = (disposition, other) => /filename="?([^";]+)"?/.exec(disposition ?? '')?.[1] ?? other;

/**
 * Reads an answer to its end. Rejects when the connection breaks: then the answer is
 * incomplete.
 * @param {Response} answer
 * @param {(part: number) => void} progress runs with the part that has arrived, 0 to 1
 */
export async function readFile(answer, progress) {
  /** @type {BlobPart[]} */ const parts = [];
  const reader = answer.body?.getReader();
  const all = Number(answer.headers.get('Content-Length'));
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.length;
    progress(Math.min(1, bytes / Math.max(1, all)));
  }
  return new Blob(parts, { type: answer.headers.get('Content-Type') ?? '' });
}

/**
 * Why a replay does not begin, or the fault of a comment in its file: the parameters of the
 * server's sentence, for every language.
 * @typedef {object} Fault
 * @property {string} code
 * @property {string} message in English
 * @property {number} [line] where in the file
 * @property {number} [column]
 * @property {string} [word]
 * @property {string} [other]
 * @property {number} [n]
 * @property {string} [why] the code of a fault within
 * @property {number} [of_line] where the thing in question begins
 * @property {number} [of_column]
 */

/**
 * A fault in the language of the page; an unknown one as the server sent it.
 * @param {import('../shared/i18n.js').Words} words @param {Fault} fault @returns {string}
 */
export function faultName(words, { code, message, word = '', other = '', n = 0, why = '', of_line: line = 0, of_column: column = 0 }) {
  if (!words.has(`tape_${code}`)) return message;
  const within = why && faultName(words, { code: why, message: '', word, other, n, of_line: line, of_column: column });
  return words.t(`tape_${code}`, { word, other, n, line, column, why: within });
}

/** The same with its place. @param {import('../shared/i18n.js').Words} words @param {Fault} fault */
export function faultAt(words, fault) {
  const { line = 0, column = 0 } = fault;
  const message = faultName(words, fault);
  return line === 0 ? message : words.t(column === 0 ? 'replay_defect' : 'replay_fault_at', { line, column, message });
}

/**
 * Everything an answer reports about a file, besides the reason why it is not played at all.
 * @param {{fault?: Fault, defects?: Fault[], notes?: Fault[]}} answer @returns {Fault[]}
 */
export function aboutFile({ fault, defects = [], notes = [] }) {
  return [...notes, ...defects].filter((f) => f.code !== fault?.code || f.line !== fault?.line);
}

/** A session in words. @param {import('../shared/i18n.js').Words} words @param {Session} session */
export function sessionName({ t, lang }, { from, to, count }) {
  const day = new Intl.DateTimeFormat(lang, { dateStyle: 'medium' }).format(from);
  const time = new Intl.DateTimeFormat(lang, { timeStyle: 'short', hourCycle: 'h23' });
  return t('session', { day, from: time.format(from), to: time.format(to), n: count });
}

/** The usual export formats of a language; the others follow in the server's order. @type {Record<string, string[]>} */
const FIRST = {
  en: ['srt', 'ass', 'csv'],
  'zh-CN': ['bilibili-xml', 'ass', 'srt'],
  ja: ['niconico-xml', 'ass', 'srt'],
};

/** @param {Format[]} formats @param {string} lang */
export function inOrder(formats, lang) {
  const place = (/** @type {Format} */ { name }) => { const at = (FIRST[lang] ?? []).indexOf(name); return at < 0 ? 9 : at; };
  return [...formats].sort((a, b) => place(a) - place(b));
}
