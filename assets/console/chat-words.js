// Names, icons and fields of secrets for the parts of the page "Chats".

import { el } from '../shared/dom.js';
import { sourceIcon } from '../shared/source-icon.js';

/** @typedef {import('../shared/i18n.js').Words} Words */

/** The icon of the usual platform of a kind of chat. @param {string} kind */
export const iconOf = (kind) => sourceIcon(/** @type {Record<string, string>} */ ({ blivechat: 'bilibili', laplace: 'bilibili' })[kind] ?? kind);

/** The name of a chat in words. @param {Words} words @param {string} kind @param {string} target */
export function chatName({ t, has }, kind, target) {
  const word = has(`chat_kind_${kind}`) ? t(`chat_kind_${kind}`) : kind;
  return target ? `${word} · ${target}` : word;
}

/** The word for a secret. @param {Words} words @param {string} name */
export function secretWord({ t, has }, name) { return has(`chat_secret_${name}`) ? t(`chat_secret_${name}`) : name; }

/** A field for a secret. @param {Words} words @param {string} name @param {string} shown its masked value */
export function secretField(words, name, shown) {
  const input = el('input', { class: 'plain-field', type: 'password', name, autocomplete: 'off', placeholder: shown, spellcheck: 'false', maxlength: 500 });
  return { name, input, node: el('label', { class: 'chat-secret' }, el('span', {}, secretWord(words, name)), input) };
}

/** The typed values. @param {ReturnType<typeof secretField>[]} fields */
export function typed(fields) { return Object.fromEntries(fields.map(({ name, input }) => [name, input.value.trim()]).filter(([, value]) => value)); }
