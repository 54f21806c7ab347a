// The tab of questions: read, vote, ask. The list comes over HTTP, up to the first page of an
// order; votes and marks come as events. A question in flight is a comment in flight that
// belongs to the list of questions.

import { call, roomPath } from '../shared/api.js';
import { OwnQuestions } from './own-questions.js';
import { inOrder } from './question-order.js';
import { QuestionRow } from './question-row.js';
import { QuestionsFrame, loadStyles } from './questions-frame.js';

/** @typedef {import('./question-row.js').Question} Question */
/** @typedef {import('../shared/items.js').Item} Item */

/** ms after which rows move to their places again, and an incomplete list is fetched again. */
const REFRESH_AFTER = 4000;

/** The most questions of one fetch, as on the server. */
const PAGE = 100;

export class Questions {
  #page; #ballot;
  /** @type {Item|undefined} */ #item;
  /** @type {Map<string, Question>} */ #all = new Map();
  /** @type {Map<string, QuestionRow>} */ #rows = new Map();
  /** @type {string[]} as they stand */ #order = [];
  #total = 0; #sort = 'votes';
  #current = ''; // the question of the card in front
  #open = false;
  /** @type {any} */ #timer = null;
  #own; #frame;

  /** Creates the tab with its stylesheet. @param {import('./show-panel.js').Page} page @param {import('./ballot.js').Ballot} ballot */
  static async open(page, ballot) {
    await loadStyles();
    return new Questions(page, ballot);
  }

  /** @param {import('./show-panel.js').Page} page @param {import('./ballot.js').Ballot} ballot */
  constructor(page, ballot) {
    this.#page = page;
    this.#ballot = ballot;
    this.#frame = new QuestionsFrame(page.words, {
      open: (open) => this.#show(open),
      sort: (sort) => {
        this.#sort = sort;
        void this.#fetch();
      },
    });
    this.#own = new OwnQuestions(this.#frame.panel, page.words);
    for (const item of page.kept()) if (item.item) this.#own.add(item, item.state);
    page.words.onChange(() => this.#write());
  }

  /** @param {Item|undefined} item the live list @param {import('../shared/items.js').Items} items */
  draw(item, items) {
    const other = item?.id !== this.#item?.id;
    this.#item = item;
    if (other) {
      this.#take([], 0);
      if (!item) this.#show(false);
      else void this.#fetch();
    }
    this.#current = items.in('live').find(({ kind, spec }) => kind === 'card' && spec.comment)?.spec.comment ?? '';
    this.#write();
  }

  /** @param {Question[]} questions @param {number} total */
  #take(questions, total) {
    this.#all = new Map(questions.map((q) => [q.id, q]));
    this.#order = [...this.#all.keys()];
    this.#total = total;
    this.#write();
  }

  greeted() { if (this.#item) void this.#fetch(); }

  /** @param {{id: string, result?: any}[]} counts */
  count(counts) {
    const news = counts.find(({ id }) => id === this.#item?.id)?.result;
    if (!news) return;
    for (const [id, votes] of Object.entries(news.votes ?? {})) {
      const q = this.#all.get(id);
      if (q) q.votes = Number(votes);
    }
    this.#total = news.questions;
    this.#later();
  }

  /** Adds a new question. @param {any} q a comment that names its list */
  add(q) {
    if (q.item !== this.#item?.id || this.#all.has(q.id)) return;
    this.#all.set(q.id, { votes: 0, ...q });
    this.#order = this.#sort === 'new' ? [q.id, ...this.#order] : [...this.#order, q.id];
    this.#own.arrived(q.id);
    this.#write();
  }

  /** @param {any} event `question` */
  mark({ item, id, answered, hidden, into }) {
    const q = this.#all.get(id);
    if (item !== this.#item?.id) return;
    if (q && !hidden && !into) q.answered = answered;
    else this.#all.delete(id);
    this.#later();
    this.#write();
  }

  /** @param {{ids?: string[], user?: string}} those taken down */
  remove({ ids = [], user }) {
    for (const id of ids) this.#all.delete(id);
    if (user && this.#item) void this.#fetch(); // an anonymous question has no author here
    this.#own.removed(ids);
    this.#write();
  }

  /** Turns a draft into a question while the tab is open; null: it cannot be one yet. @param {import('./outbox.js').Draft} draft */
  question(draft) {
    const item = this.#item;
    if (!this.#open || !item) return draft;
    const { composer, words } = this.#page;
    if (!item.spec.anonymous && draft.name.trim() === '') {
      composer.restore({ text: draft.text });
      composer.strip.say('stop', 'refuse', words.t('ask_name'));
      return null;
    }
    return { ...draft, item: item.id, ...(item.spec.anonymous && this.#frame.nameless ? { anonymous: true } : {}) };
  }

  /** @param {any} item of the outbox @param {string} state */
  addOwn(item, state) {
    this.#own.add(item, state);
    this.#write();
  }

  /** @param {string} ref @param {string} state @param {any} [ack] */
  resolve(ref, state, ack) {
    this.#own.resolve(ref, state, ack);
    if (ack?.comment?.item) this.add({ ...ack.comment, own: true });
    this.#write();
  }

  takeBack = (/** @type {string} */ ref) => this.#own.takeBack(ref);

  async #fetch() {
    const { id } = /** @type {Item} */ (this.#item);
    const key = new URLSearchParams(location.search).get('key');
    const query = new URLSearchParams({ sort: this.#sort, ...(key ? { key } : {}) });
    try {
      const { questions, total } = await call('GET', `${roomPath(this.#page.roomId, 'items', id, 'questions')}?${query}`);
      if (id !== this.#item?.id) return;
      this.#take(questions, total);
    } catch { this.#later(); }
  }

  /** Moves rows and fetches missing ones a while after the last event, not under a thumb. */
  #later() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (!this.#item) return;
      if (this.#all.size !== this.#total && (this.#all.size < PAGE || this.#all.size > this.#total)) return void this.#fetch();
      this.#order = inOrder(this.#all.values(), this.#sort);
      this.#write();
    }, REFRESH_AFTER + Math.random() * 1000);
  }

  /** @param {boolean} open */
  #show(open) {
    this.#open = open;
    if (open) this.#order = inOrder(this.#all.values(), this.#sort);
    this.#write();
  }

  #write() {
    const { t } = this.#page.words;
    const item = this.#item;
    this.#frame.draw({ item, open: this.#open, sort: this.#sort, n: item ? Math.max(this.#all.size, this.#total) : 0 });
    if (!item) return;
    const mine = this.#ballot.of(item.id), waiting = this.#ballot.waiting(item.id), { list, note } = this.#frame;
    const order = this.#order.filter((id) => this.#all.has(id));
    for (const [id, row] of this.#rows) if (!this.#all.has(id) && this.#rows.delete(id)) row.node.remove();
    order.forEach((id, i) => {
      const row = this.#rows.get(id) ?? new QuestionRow(this.#page.words, () => this.#vote(id));
      this.#rows.set(id, row);
      row.draw(/** @type {Question} */ (this.#all.get(id)), { mine: mine.includes(id), waits: waiting.includes(id), now: id === this.#current, own: this.#own.has(id) });
      if (list.children[i] !== row.node) list.insertBefore(row.node, list.children[i] ?? null);
    });
    const more = this.#total - order.length;
    note.textContent = [order.length === 0 && this.#own.empty ? t('ask_none') : '', order.length > 0 && more > 0 ? t('ask_more', { n: more }) : '', item.spec.closed ? t('ask_closed') : ''].filter(Boolean).join(' ');
  }

  /** @param {string} id */
  #vote(id) {
    const item = /** @type {Item} */ (this.#item);
    this.#ballot.choose({ ...item, spec: { votes: Infinity, changeable: true } }, id);
    this.#write();
  }
}
