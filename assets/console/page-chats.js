// The page "Chats": chats of platforms that are connected with the room. One field
// takes any link or name (chat-adder.js); each chat shows its state (chat-row.js).

import { ApiError } from '../shared/api.js';
import { el } from '../shared/dom.js';
import { chatAdder } from './chat-adder.js';
import { chatRow } from './chat-row.js';
import { frame } from './page.js';

/** ms between two updates of the chats' states */
const POLL_EVERY = 2000;

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { t } = store.words;
  const box = frame(host, t('page_chats'), t('chats_lead'), 'narrow-page');
  const list = el('ul', { class: 'lines chats' });
  const none = el('p', { class: 'none-yet', hidden: true }, t('chats_none'));
  /** @type {Map<string, ReturnType<typeof chatRow>>} */ const rows = new Map();
  /** @type {any} */ let timer;
  let closed = false, run = 0;
  if (store.owner) box.append(chatAdder(store, acts, () => closed, () => void load()));
  box.append(list, none);
  void load();
  return () => {
    closed = true;
    clearTimeout(timer);
  };

  async function load() {
    const mine = ++run;
    clearTimeout(timer);
    try {
      const got = await acts.ask('GET', store.path('chats'));
      if (closed || mine !== run) return;
      draw(got.chats);
    } catch (fault) {
      // The next update comes soon; the banner shows a lost connection.
      if (!(fault instanceof ApiError)) throw fault;
    }
    if (!closed && mine === run) timer = setTimeout(() => void load(), POLL_EVERY);
  }

  /** @param {any[]} chats */
  function draw(chats) {
    none.hidden = chats.length > 0;
    for (const [id, row] of rows) {
      if (chats.some((chat) => chat.id === id)) continue;
      row.node.remove();
      rows.delete(id);
    }
    for (const chat of chats) {
      let row = rows.get(chat.id);
      if (!row) {
        rows.set(chat.id, row = chatRow(store, acts, chat, () => void load()));
        list.append(row.node);
      }
      row.update(chat);
    }
  }
}
