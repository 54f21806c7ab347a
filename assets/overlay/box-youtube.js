// The chat box with the names of YouTube's own chat page, so that CSS written for that page
// styles this one, too. It only adopts names: elements, ids, classes and attributes. It omits
// parts of YouTube's page that skins hide.

import { pieces } from '../shared/emotes.js';
import { amountText } from '../shared/paid.js';
import { avatar, mark } from './box-parts.js';
import { writeText } from './view.js';

/** @typedef {import('../shared/protocol.js').Comment} Comment */
/** @typedef {import('./box-view.js').Style} Style */

const TEXT = 'yt-live-chat-text-message-renderer';
const PAID = 'yt-live-chat-paid-message-renderer';
const CHIP = 'yt-live-chat-author-chip';
const BADGE = 'yt-live-chat-author-badge-renderer';
const LIST = 'yt-live-chat-item-list-renderer';

/** Backgrounds of paid comments, by level, as on YouTube: header and text.
 * @type {Record<number, [string, string, string]>} */
const TIERS = {
  1: ['#00b8d4', '#00e5ff', '#000000'], 2: ['#00bfa5', '#1de9b6', '#000000'], 3: ['#ffb300', '#ffca28', '#000000'],
  4: ['#e65100', '#f57c00', '#ffffff'], 5: ['#d00000', '#e62117', '#ffffff'],
};

/** @param {string} tag @param {string} id @param {string} scope the element that it is part of @param {...(Node|null)} children */
function part(tag, id, scope, ...children) {
  const node = document.createElement(tag);
  if (id) node.id = id;
  node.className = `style-scope ${scope}`;
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** @param {string} tag @param {string} id @param {string} scope @param {string} text */
function said(tag, id, scope, text) {
  const node = part(tag, id, scope);
  node.textContent = text;
  return node;
}

/** YouTube's names for the standings of authors on their platform. @type {Record<string, string>} */
const STANDING = { broadcaster: 'owner', moderator: 'moderator', member: 'member' };

/** "owner", "moderator", "member" or nothing: the role in the room, otherwise the standing in the chat. @param {Comment} c */
const typeOf = (c) => (c.badge === 'owner' || c.badge === 'moderator' ? c.badge : STANDING[c.standing ?? ''] ?? '');

/** @param {Comment} c @param {string} lang */
const timeOf = (c, lang) => (c.at ? new Date(c.at).toLocaleTimeString(lang || undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }) : '');

/** @param {Comment} c @param {Style} style @param {string} scope */
function photo(c, style, scope) {
  const node = part('yt-img-shadow', 'author-photo', scope);
  node.classList.add('no-transition');
  if (style.avatars) {
    const picture = avatar(c, style.labels);
    picture.id = 'img';
    picture.classList.add('style-scope', 'yt-img-shadow');
    node.append(picture);
  } else node.hidden = true;
  return node;
}

/** The message, with pictures under the names that skins know. @param {Comment} c @param {string} tag @param {string} scope */
function message(c, tag, scope) {
  const node = part(tag, 'message', scope);
  node.dir = 'auto';
  writeText(node, pieces(c.text, c.emotes));
  for (const picture of node.querySelectorAll('img')) picture.classList.add('emoji', 'style-scope', scope);
  return node;
}

/** @param {Comment} c @param {Style} style */
function badges(c, style) {
  const type = typeOf(c);
  const node = part('span', 'chat-badges', CHIP);
  if (type === '') return node;
  const badge = said(BADGE, '', CHIP, '');
  badge.setAttribute('type', type);
  badge.setAttribute('aria-label', style.labels[/** @type {'owner'|'moderator'|'member'} */ (type)]);
  badge.append(said('div', 'image', BADGE, badge.getAttribute('aria-label') ?? ''));
  node.append(badge);
  return node;
}

/** @param {number} n */
function count(n) {
  if (n < 2) return null;
  const node = document.createElement('span');
  node.className = 'dm-count';
  node.textContent = `×${n}`;
  return node;
}

/** @param {Comment} c @param {number} n @param {Style} style */
function textMessage(c, n, style) {
  const type = typeOf(c);
  const node = part(TEXT, '', LIST);
  node.setAttribute('author-type', type);
  if (type === 'owner') node.setAttribute('author-is-owner', '');
  const name = said('span', 'author-name', CHIP, style.names ? c.name : '');
  name.dir = 'auto';
  name.hidden = !style.names || !c.name; // it would leave a gap before the mark of a host
  if (type) {
    name.setAttribute('type', type);
    name.classList.add(type);
  }
  name.append(part('span', 'chip-badges', CHIP));
  const chip = part(CHIP, '', TEXT, part('span', 'prepend-chat-badges', CHIP, style.sources ? mark(c.source) : null), name, badges(c, style));
  if (type === 'owner') chip.setAttribute('is-highlighted', '');
  node.append(photo(c, style, TEXT), part('div', 'content', TEXT, said('span', 'timestamp', TEXT, timeOf(c, style.lang)), chip, message(c, 'span', TEXT), count(n)));
  return node;
}

/** @param {Comment} c @param {Style} style */
function paidMessage(c, style) {
  const { level, ...paid } = /** @type {NonNullable<Comment['paid']>} */ (c.paid);
  const node = part(PAID, '', LIST);
  node.setAttribute('author-type', typeOf(c));
  const [header, ground, ink] = TIERS[level] ?? TIERS[1];
  for (const [name, value] of Object.entries({ primary: ground, secondary: header, header: ink, 'author-name': ink, timestamp: ink })) {
    node.style.setProperty(`--yt-live-chat-paid-message-${name}-color`, value);
  }
  node.style.setProperty('--yt-live-chat-paid-message-color', ink);
  const first = part('div', 'header-content-primary-column', PAID, said('div', 'author-name', PAID, style.names ? c.name : ''), said('div', 'purchase-amount', PAID, amountText(paid, style.lang)));
  const head = part('div', 'header', PAID, photo(c, style, PAID), part('div', 'header-content', PAID, first, said('span', 'timestamp', PAID, timeOf(c, style.lang))));
  node.append(part('div', 'card', PAID, head, part('div', 'content', PAID, message(c, 'div', PAID))));
  return node;
}

/** @type {import('./box-view.js').Form} */
export const youtube = {
  newestFirst: false,
  frame() {
    const lines = part('div', 'items', LIST);
    const scroller = part('div', 'item-scroller', LIST, part('div', 'item-offset', LIST, lines));
    const items = part(LIST, '', 'yt-live-chat-renderer', part('div', 'contents', LIST, scroller));
    const chat = part('div', 'chat-messages', 'yt-live-chat-renderer', part('div', 'contents', 'yt-live-chat-renderer', part('div', 'chat', 'yt-live-chat-renderer', part('div', 'item-list', 'yt-live-chat-renderer', items))));
    return { root: part('yt-live-chat-app', '', 'dm-youtube', part('div', 'contents', 'yt-live-chat-app', part('yt-live-chat-renderer', '', 'yt-live-chat-app', chat))), lines };
  },
  write({ parts }, style) {
    const [c] = parts;
    const node = c.paid ? paidMessage(c, style) : textMessage(c, parts.length, style);
    for (const [name, value] of Object.entries({ source: c.source, user: c.user, badge: c.badge, standing: c.standing ?? '', paid: c.paid ? String(c.paid.level) : '' })) {
      if (value) node.dataset[name] = value;
    }
    return node;
  },
};
