// The text and the colours of a comment, before it is drawn. Pure.

/** The outline's default colour. */
export const INK = '#0b0e10';

const EMOJI = new RegExp(
  '\\p{RI}\\p{RI}' +
  '|[0-9#*]\\uFE0F?\\u20E3' +
  '|(?:\\p{Emoji_Presentation}|\\p{Extended_Pictographic}\\uFE0F)' +
    '(?:\\p{Emoji_Modifier}|\\uFE0F|\\u200D\\p{Extended_Pictographic}|[\\u{E0020}-\\u{E007F}])*', 'gu');

/** One or more emoji, with blanks between them. */
const RUN = new RegExp(`(?:${EMOJI.source})(?: *(?:${EMOJI.source}))*`, 'gu');

/** The text without emoji; symbols that are text by default (© 3 ❤︎) stays.
 * @param {string} text */
export const withoutEmoji = (text) => text.replace(EMOJI, '').replace(/ {2,}/g, ' ').trim();

/** The color if it is "#rrggbb", else white. @param {string} color */
export const soundColor = (color) => (/^#[0-9a-f]{6}$/i.test(color) ? color.toLowerCase() : '#ffffff');

/** Relative luminance by WCAG 2. @param {string} color "#rrggbb" */
function luminance(color) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(color.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours by WCAG 2, 1 to 21. @param {string} a @param {string} b */
export function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Whether a text colour needs the light outline instead of the dark one, because
 * its contrast is under 3:1. @param {string} color */
export const needsLight = (color) => contrast(color, INK) < 3;

/** The parts of a text: emoji, and everything else. @param {string} text
 * @returns {{text: string, emoji: boolean}[]} */
export function emojiRuns(text) {
  const runs = [];
  let at = 0;
  for (const { 0: found, index = 0 } of text.matchAll(RUN)) {
    if (index > at) runs.push({ text: text.slice(at, index), emoji: false });
    runs.push({ text: found, emoji: true });
    at = index + found.length;
  }
  if (at < text.length || at === 0) runs.push({ text: text.slice(at), emoji: false });
  return runs;
}

/** Whether a text has Chinese, Japanese or Korean letters: their strokes are close. @param {string} text */
export const isCJK = (text) => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(text);

/** Names of platforms on the stage; our own page and programs have no mark.
 * @type {Record<string, string>} */
const PLATFORMS = { twitch: 'Twitch', youtube: 'YouTube', bilibili: 'Bilibili', kick: 'Kick', tiktok: 'TikTok', niconico: 'niconico' };

/** The mark of a source; empty for none. @param {string} source */
export const platformOf = (source) => PLATFORMS[source] ?? '';

/** Labels on the stage. Each is one word, so they need no locale file.
 * @type {Record<string, {owner: string, moderator: string, member: string, scan: string}>} */
const WORDS = {
  en: { owner: 'Host', moderator: 'Mod', member: 'Member', scan: 'Scan to write on the screen' },
  'zh-cn': { owner: '主播', moderator: '房管', member: '会员', scan: '扫码发弹幕' },
  'zh-tw': { owner: '直播主', moderator: '管理員', member: '會員', scan: '掃描 QR Code 發彈幕' },
  ja: { owner: '配信者', moderator: 'モデ', member: 'メンバー', scan: 'スキャンしてコメント' },
  ko: { owner: '스트리머', moderator: '매니저', member: '멤버', scan: '스캔하고 댓글 쓰기' },
  es: { owner: 'Streamer', moderator: 'Mod', member: 'Miembro', scan: 'Escanea y escribe en pantalla' },
};

/** The labels of a language or its nearest relative, else English.
 * @param {string} lang */
export function words(lang) {
  const tag = lang.toLowerCase();
  if (/^zh-(tw|hk|mo|hant)/.test(tag)) return WORDS['zh-tw'];
  if (/^zh/.test(tag)) return WORDS['zh-cn'];
  return WORDS[tag] ?? WORDS[tag.split('-')[0]] ?? WORDS.en;
}
