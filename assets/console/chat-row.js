// One connected chat: its state, its counts, and for owners its settings.

import { el, icon, said } from '../shared/dom.js';
import { chatName, iconOf, secretField, secretWord, typed } from './chat-words.js';
import { confirmFirst } from './dialog.js';
import { toggle, when } from './page.js';

/** Kinds whose messages may come from another channel. */
const SHARED = new Set(['twitch', 'streamerbot', 'bilibili']);

/** The tones of the phases. @type {Record<string, string>} */
const TONES = { connected: 'ok', waiting: 'held', connecting: '', retrying: 'held', stopped: 'stop', off: '' };

/** @type {Record<string, string>} */
const GLYPHS = { connected: 'check', waiting: 'clock', connecting: 'wifi', retrying: 'clock', stopped: 'warn', off: 'pause' };

/**
 * The row of a chat.
 * @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts
 * @param {any} chat as first received @param {() => void} changed runs when the list of chats has changed
 */
export function chatRow(store, acts, chat, changed) {
  const { words, owner } = store;
  const { t, has } = words;
  const title = el('b', {}), phase = el('span', {}), why = el('p', { class: 'help chat-why', role: 'status' }), numbers = el('p', { class: 'when' });
  let now = chat;
  const set = async (/** @type {any} */ body) => {
    const got = await acts.call('PATCH', store.path('chats', chat.id), body);
    if (got && got !== true) update(got);
    else update(now);
  };
  const act = (/** @type {string} */ text, /** @type {string} */ glyph, /** @type {string} */ tone, /** @type {() => void} */ fn) => el('button', { type: 'button', class: `button ${tone}`, 'aria-label': `${text}: ${chatName(words, chat.kind, chat.target)}`, onclick: fn }, icon(glyph), el('span', {}, text));
  const switches = /** @type {const} */ (['off', 'hold_all', 'follow_bans', 'emotes', 'guests']).filter((name) => name !== 'guests' || SHARED.has(chat.kind));
  const toggles = switches.map((name) => ({ name, node: toggle(t(`chat_${name}`), name === 'off' ? !chat.off : chat[name], (on) => void set({ [name]: name === 'off' ? !on : on })) }));
  const minimum = el('input', { class: 'plain-field', type: 'number', min: '0', step: 'any', inputmode: 'decimal', value: String(chat.min_amount || 0) });
  minimum.addEventListener('change', () => void set({ min_amount: Math.max(0, Number(minimum.value) || 0) }));
  const fields = [...chat.needs, ...chat.may, ...Object.keys(chat.secret)].filter((/** @type {string} */ name, i, all) => all.indexOf(name) === i).map((/** @type {string} */ name) => secretField(words, name, ''));
  const save = el('button', { type: 'submit', class: 'button line' }, t('chats_save_keys'));
  const keys = el('form', { class: 'chat-secrets' }, ...fields.map(({ node }) => node), save);
  keys.addEventListener('submit', (event) => {
    event.preventDefault();
    const secret = typed(fields);
    if (Object.keys(secret).length === 0) return;
    for (const { input } of fields) input.value = '';
    void set({ secret });
  });
  const more = owner && el('details', { class: 'chat-more' }, el('summary', {}, t('chats_settings')),
    el('div', { class: 'chat-switches' }, ...toggles.map(({ node }) => node), el('label', { class: 'chat-secret' }, el('span', {}, t('chat_min_amount')), minimum)),
    fields.length > 0 ? keys : null, el('p', { class: 'help' }, t('chats_one_way')));
  const buttons = owner && el('span', { class: 'row-acts' }, act(t('chats_test'), 'send', 'line', () => void acts.call('POST', store.path('chats', chat.id, 'test'), { text: t('chats_test_line') })),
    act(t('chats_remove'), 'x', 'stop', () => confirmFirst(words, { title: t('chats_remove_title'), text: t('chats_remove_text', { what: chatName(words, chat.kind, chat.target) }), yes: t('chats_remove') }, async () => {
      await acts.call('DELETE', store.path('chats', chat.id));
      changed();
    })));
  const node = el('li', { class: 'line-row chat', 'data-id': chat.id }, el('span', { class: 'grow' }, el('span', { class: 'chat-head' }, icon(iconOf(chat.kind)), title, phase), why, numbers), buttons, more);

  /** @param {any} next */
  function update(next) {
    now = next;
    const { state } = next;
    title.replaceChildren(said(chatName(words, next.kind, state.channel || next.target)));
    phase.className = `chip ${TONES[state.phase] ?? ''}`;
    phase.dataset.phase = state.phase;
    phase.replaceChildren(icon(GLYPHS[state.phase] ?? 'clock'), el('span', {}, phaseText(store, state)));
    const missing = next.needs.map((/** @type {string} */ name) => secretWord(words, name)).join(', ');
    const reason = state.fault && has(`chat_fault_${state.fault}`) ? t(`chat_fault_${state.fault}`) : state.fault;
    write(why, missing ? t('chats_needs', { what: missing }) : [reason, state.detail && `(${state.detail})`].filter(Boolean).join(' '));
    why.hidden = !why.textContent;
    const { counts } = state;
    write(numbers, [
      state.last ? t('chats_last', { n: Math.max(0, Math.round((store.now - state.last) / 1000)) }) : state.phase === 'connected' ? t('chats_quiet') : '',
      ...(counts.received > 0 || counts.skipped > 0 || counts.unknown > 0 ? ['shown', 'held', 'refused', 'limited', 'gone', 'unknown', 'skipped'].filter((name) => name === 'shown' || counts[name] > 0).map((name) => t(`chats_${name}`, { n: counts[name] })) : []),
    ].filter(Boolean).join(' · '));
    for (const { name, node: label } of toggles) {
      const input = label.querySelector('input');
      if (input && document.activeElement !== input) input.checked = name === 'off' ? !next.off : next[name];
    }
    for (const { name, input } of fields) input.placeholder = next.secret[name] ?? (next.may.includes(name) ? t('chats_optional') : '');
  }
  return { node, update };
}

/** The phase in words. @param {import('./store.js').Store} store @param {any} state */
function phaseText({ words: { t, lang }, now }, state) {
  if (state.phase !== 'retrying') return t(`chat_phase_${state.phase}`);
  const left = Math.max(0, Math.round((state.retry_at - now) / 1000));
  return left < 120 ? t('chat_phase_retrying', { n: left }) : t('chat_phase_retrying_at', { time: when(state.retry_at, lang) });
}

/** Screen readers announce only new text. @param {HTMLElement} node @param {string} text */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
