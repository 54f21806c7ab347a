// The form that connects another chat with the room: it recognizes a link while it is typed,
// and asks for the secrets that this kind of chat needs.

import { ApiError } from '../shared/api.js';
import { el, icon, said } from '../shared/dom.js';
import { chatName, iconOf, secretField, secretWord, typed } from './chat-words.js';
import { later } from './page.js';

/** ms after the last keystroke until a link is checked */
const DEBOUNCE = 300;

/**
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {() => boolean} closed whether the page is closed @param {() => void} added runs when a chat was connected
 */
export function chatAdder(store, acts, closed, added) {
  const { words } = store;
  const { t, has } = words;
  const link = el('input', { class: 'plain-field grow', placeholder: t('chats_link'), 'aria-label': t('chats_link'), autocomplete: 'off', spellcheck: 'false', maxlength: 500 });
  const note = el('p', { class: 'help chat-note', role: 'status' }, t('chats_link_help'));
  const needs = el('div', { class: 'chat-secrets' });
  const button = el('button', { type: 'submit', class: 'button main' }, t('chats_add'));
  const form = el('form', { class: 'chat-form' }, el('div', { class: 'page-bar' }, link, button), note, needs);
  /** @type {ReturnType<typeof secretField>[]} */ let fields = [];
  let asked = '', found = '';
  const look = async () => {
    const text = link.value.trim();
    asked = text;
    if (!text) return show(null, t('chats_link_help'));
    try {
      const to = await acts.ask('POST', store.path('chats', 'recognize'), { link: text }); // without a kind if the text is not a link
      if (asked === text && !closed()) show(to.kind ? to : null, to.platform ? t('chats_link_elsewhere', { platform: to.platform, tools: new Intl.ListFormat(words.lang, { type: 'disjunction' }).format(to.tools.map((/** @type {string} */ kind) => t(`chat_kind_${kind}`))) }) : t('chats_link_unknown'));
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault;
      if (asked === text && !closed()) show(null, t('chats_link_unknown'));
    }
  };
  const show = (/** @type {any} */ to, /** @type {string} */ text) => {
    const kind = to ? `${to.kind} ${to.needs} ${to.may}` : '';
    if (kind !== found) {
      found = kind;
      fields = to ? [...to.needs, ...to.may].map((/** @type {string} */ name) => secretField(words, name, to.needs.includes(name) ? '' : t('chats_optional'))) : [];
      needs.replaceChildren(...fields.map(({ node }) => node));
    }
    if (!to) return note.replaceChildren(text);
    const missing = to.needs.map((/** @type {string} */ name) => secretWord(words, name)).join(', ');
    const help = has(`chat_help_${to.kind}`) ? t(`chat_help_${to.kind}`) : '';
    note.replaceChildren(icon(iconOf(to.kind)), el('b', {}, said(chatName(words, to.kind, to.target))), ' ', missing ? t('chats_needs', { what: missing }) : '', ' ', help);
  };
  link.addEventListener('input', later(() => void look(), DEBOUNCE));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void add();
  });
  return form;

  async function add() {
    const text = link.value.trim();
    if (!text) return link.focus();
    button.disabled = true;
    const made = await acts.call('POST', store.path('chats'), { link: text, secret: typed(fields) });
    button.disabled = false;
    if (!made) return;
    link.value = '';
    show(null, t('chats_link_help'));
    added();
  }
}
