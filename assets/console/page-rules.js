// The page "Rules": lists are switched on or off, edited with faults at their
// lines, and tried on a text and on the comments shown lately.

import { el, icon } from '../shared/dom.js';
import { Conflict } from './conflict.js';
import { confirmFirst } from './dialog.js';
import { Editor } from './editor.js';
import { labelled } from './labels.js';
import { frame, later } from './page.js';
import { RuleLists, SHIPPED } from './rule-lists.js';
import { RulesBar } from './rules-bar.js';
import { RulesFaults, faultSummary } from './rules-faults.js';
import { RulesSaver } from './rules-save.js';
import { testBox } from './rules-test.js';

/** @typedef {import('./rule-lists.js').List} List */

/** Typed text, kept while the page is reopened in another language. @type {RuleLists|null} */
let kept = null;

/** @type {import('./sections.js').Open} */
export function open(host, store, acts) {
  const { words } = store;
  const { t } = words;
  const box = frame(host, t('page_rules'), t('page_rules_lead'));
  const lists = kept ?? new RuleLists();
  kept = null;
  const editor = new Editor(t('rules_editor'));
  const state = el('span', { class: 'saved-now', role: 'status' });
  const faults = new RulesFaults(words, editor);
  const bar = new RulesBar(words, lists, store.owner, {
    choose, on: (on) => void save(on), named: () => { state.textContent = ''; }, edit: () => editor.focus(),
    fresh() {
      choose(lists.create());
      editor.focus();
    },
  });
  const summary = el('p', { class: 'help', role: 'status' });
  const saveButton = el('button', { type: 'button', class: 'button main', onclick: () => void save() }, t('rules_save'));
  const tryButton = el('button', { type: 'button', class: 'button line', onclick: () => void tryLast() }, t('rules_last500'));
  const restoreButton = el('button', { type: 'button', class: 'button line', onclick: restore }, icon('undo'), t('rules_restore'));
  const deleteButton = el('button', { type: 'button', class: 'button stop', onclick: remove }, t('rules_delete'));
  const reveal = el('button', { type: 'button', class: 'button line', 'aria-pressed': 'false', onclick: () => cover(reveal.getAttribute('aria-pressed') === 'true') }, icon('eye'), el('span', {}, t('rules_reveal')));
  cover(true);
  let closed = false;
  const saver = new RulesSaver(store, {
    saved(list, text, version) {
      lists.saved(list, text, version);
      if (list !== lists.now) return;
      conflict.end();
      controls(list);
      state.textContent = t(list.text === list.was ? 'rules_saved' : 'unsaved');
    },
    faults: (list, found, total) => { if (list === lists.now) faults.show(found, total); },
    changed, failed: (fault) => acts.trouble(fault),
  });
  const conflict = new Conflict(words, {
    merged: (text) => {
      const { now } = lists;
      if (!now || !conflict.theirs) return;
      Object.assign(now, { text, was: conflict.theirs.text, version: conflict.theirs.version });
      choose(now);
      state.textContent = t('rules_merged');
      editor.focus();
    },
    over: () => {
      if (lists.now && conflict.theirs) Object.assign(lists.now, { was: conflict.theirs.text, version: conflict.theirs.version });
      void save();
    },
    drop: () => void load(lists.now),
  });

  box.append(el('div', { class: 'rules-grid' },
    el('section', {}, bar.box, conflict.box, el('div', { class: 'editors' }, editor.box, conflict.beside), el('p', { class: 'help' }, t('rules_syntax')),
      el('div', { class: 'page-bar' }, saveButton, faults.count, state, tryButton, reveal, restoreButton, deleteButton), summary, faults.list),
    testBox(store, acts)));
  const dry = later(() => void check(), 500);
  editor.onInput(() => {
    if (lists.now) lists.now.text = editor.value;
    state.textContent = t('unsaved');
    conflict.mine = editor.value;
    bar.mark();
    dry();
  });
  editor.readOnly = true; // text typed before the list is loaded would be lost
  void load(null);
  return {
    close(again) {
      closed = true;
      if (again) kept = lists;
    },
    leaving() {
      const names = lists.unsaved.map(({ name }) => name);
      return names.length === 0 ? null : { title: t('leave_title'), text: t('rules_leave_text', { lists: names.join(', ') }), yes: t('leave'), no: t('stay') };
    },
  };

  /** @param {List|null} drop one whose typed text is discarded */
  async function load(drop) {
    const got = await acts.call('GET', store.path('rules'));
    if (!got) return;
    lists.take(got.lists, { owner: store.owner, drop });
    if (lists.now) choose(lists.now);
  }

  /** @param {List} list */
  function choose(list) {
    conflict.end();
    lists.now = list;
    editor.value = list.text;
    editor.readOnly = !store.owner && list.all;
    controls(list);
    state.textContent = editor.readOnly ? t('rules_of_owner') : list.text === list.was ? '' : t('unsaved');
    summary.textContent = '';
    void check();
  }

  /** @param {boolean} on */
  function cover(on) {
    editor.covered = on;
    reveal.setAttribute('aria-pressed', String(!on));
  }

  /** Draws the controls for the list in the editor. @param {List} list */
  function controls(list) {
    const mine = store.owner || !list.all;
    bar.draw(list);
    saveButton.setAttribute('aria-disabled', String(!mine));
    deleteButton.hidden = !mine || !lists.deletes(list);
    restoreButton.hidden = !mine || !lists.restores(list);
  }

  /** Asks the server about the list in the editor. */
  function check() {
    const list = lists.now;
    return list && (store.owner || !list.all) ? saver.check(list) : undefined;
  }

  /** Saves the list in the editor. @param {boolean} [on] whether the list is then in force */
  async function save(on = lists.now?.on) {
    const list = lists.now;
    if (!list || saveButton.getAttribute('aria-disabled') === 'true') return;
    const may = ready(list, on === true);
    if (may) list.on = on === true;
    bar.on = list.on;
    if (!may) return;
    const got = await saver.save(list);
    if (!got && !closed && list === lists.now && !conflict.theirs) void check(); // the faulty lines, in the words of the page
  }

  /** Whether a list can be saved now; otherwise it shows the reason, or asks first. @param {List} list @param {boolean} on */
  function ready(list, on) {
    const fault = lists.fault(list);
    if (fault) {
      state.textContent = t(fault);
      bar.askName();
      return false;
    }
    const question = lists.question(list);
    if (!question) return true;
    confirmFirst(words, { title: t('rules_all_title'), text: t(question, { name: list.name }), yes: t('rules_save'), no: t('cancel') }, () => {
      list.agreed = true;
      void save(on);
    });
    return false;
  }

  /** Another person has saved this list in the meantime. @param {List} list @param {string} by */
  async function changed(list, by) {
    const got = await acts.call('GET', store.path('rules'));
    if (!got || list !== lists.now) return;
    const theirs = got.lists.find((/** @type {any} */ l) => l.name === list.name.trim() && l.all === list.all) ?? null;
    state.textContent = t('unsaved');
    conflict.begin(list, theirs, by === store.me ? '' : labelled(by, words) || t('rules_somebody'));
  }

  /** Finds the lines that would have stopped recently shown comments. */
  async function tryLast() {
    const got = await check();
    if (!got) return;
    const faults = got.faults ?? [];
    summary.textContent = faultSummary(faults, got.faults_total ?? faults.length).map(([name, values]) => t(name, values)).join(' ');
  }

  function remove() {
    const list = lists.now;
    if (list) confirmFirst(words, { title: t('rules_delete_title'), text: t('rules_delete_text', { name: list.name }), yes: t('rules_delete') }, () => void saver.erase(list).then((done) => { if (done) void load(list); }));
  }

  /** Without a list of its name, the shipped one applies again. */
  function restore() {
    const list = lists.now;
    if (list?.name === SHIPPED) confirmFirst(words, { title: t('rules_restore_title'), text: t('rules_restore_text'), yes: t('rules_restore'), no: t('cancel') }, () => void saver.erase(list).then((done) => { if (done) void load(list); }));
  }
}
