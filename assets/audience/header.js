// The header of the phone's page: title, status, the room's message, the most important
// banner, and the menu of languages and theme.

import { byId, el, icon } from '../shared/dom.js';
import { theme, toggleTheme } from '../shared/theme.js';
import { bannerWords } from './outcome.js';

/** @typedef {import('../shared/i18n.js').Words} Words */

/**
 * @typedef {object} Around the state of the page
 * @property {any} room
 * @property {number} people
 * @property {string} token the identity where cookies are blocked, or ""
 * @property {string} lost why the socket stopped for good, or ""
 * @property {number} mutedUntil ms, by this device's clock
 * @property {number} sentLate comments that went out after an absence
 * @property {import('../shared/connection-status.js').ConnectionStatus} line
 */

/**
 * Draws the header. Returns why sending is blocked, or "".
 * @param {Words} words @param {Around} around
 */
export function drawHeader(words, { room, people, token, lost, mutedUntil, sentLate, line }) {
  const { t } = words;
  if (room.title) {
    byId('title').firstElementChild?.replaceChildren(room.title);
    document.title = room.title;
  }
  const { offline } = line;
  const status = offline ? t('no_connection') : t(room.state === 'open' ? 'live' : room.state);
  byId('status').textContent = people > 0 && !offline ? `${status} · ${t('people', { n: people })}` : status;
  byId('dot').className = `live-dot${offline || room.state !== 'open' ? ' off' : ''}`;
  const kept = byId('kept');
  kept.textContent = room.keep_days ? t('kept_days', { n: room.keep_days }) : t('kept_ever');
  if (room.webhooks) kept.append(` · ${t('webhooks_leave')}`);
  if (room.text_leaves && (room.second_opinion || !room.webhooks)) kept.append(` · ${t('text_leaves')}`);
  if (token) /** @type {HTMLAnchorElement} */ (kept.nextElementSibling).search = `?token=${token}`;
  const message = byId('message');
  message.hidden = !room.message || room.state !== 'open';
  message.firstElementChild?.replaceChildren(room.message ?? '');
  const { tone, icon: glyph, text } = bannerWords(words, { lost, mutedUntil, room, line: line.news, sentLate });
  const banner = byId('banner');
  if (banner.textContent !== text) banner.replaceChildren(...(text ? [icon(glyph), el('span', {}, text)] : []));
  banner.className = `banner ${tone}`;
  banner.hidden = text === '';
  return tone === 'stop' || tone === 'warn' ? text : '';
}

/** Marks the language of the page, and names the other theme. @param {Words} words */
export function drawMenus(words) {
  const button = byId('theme');
  const other = theme() === 'dark' ? 'light' : 'dark';
  button.querySelector('svg')?.replaceWith(icon(other === 'light' ? 'sun' : 'moon'));
  /** @type {HTMLElement} */ (button.querySelector('span')).textContent = words.t(`theme_${other}`);
  for (const link of byId('languages').querySelectorAll('a')) {
    link.setAttribute('aria-current', String(link.lang === words.lang));
  }
}

/** Wires the menus. @param {Words} words @param {() => void} failed runs when a language cannot be fetched */
export function wireHeader(words, failed) {
  byId('languages').addEventListener('click', (event) => {
    const link = /** @type {Element} */ (event.target).closest('a');
    if (!link) return;
    event.preventDefault();
    words.use(link.lang, true).catch(failed); // without a connection the words stay as they are
  });
  byId('theme').addEventListener('click', () => {
    toggleTheme();
    drawMenus(words);
  });
}
