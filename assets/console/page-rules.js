// Rule lists: on or off, edited with faults at their lines, tried on a text and
// on what was shown lately. A save says which version it is of, so that two who
// edit one list do not write over each other.

import { ApiError, call } from '../shared/api.js';
import { el, icon, said } from '../shared/dom.js';
import { Clash } from './clash.js';
import { confirmFirst } from './dialog.js';
import { explain } from './details.js';
import { Editor } from './editor.js';
import { labelled } from './labels.js';
import { frame, later, toggle } from './page.js';
import { cut } from './queue.js';

/**
 * A list, as it is typed here: `was` is its text at the version that it is of.
 * @typedef {{name: string, text: string, was: string, version: string, on: boolean, all: boolean, shipped?: boolean}} List
 * @typedef {{line: number, entry: string, code: string, message: string, warning: boolean}} Fault
 */

/** @type {import('./sections.js').Open} */
export function open(host, desk, acts) {
  const { words } = desk;
  const { t } = words;
  const box = frame(host, t('page_rules'), t('page_rules_lead'));
  const editor = new Editor(t('rules_editor'));
  const chooser = el('select', { 'aria-label': t('rules_list') });
  const state = el('span', { class: 'saved-now', role: 'status' });
  const faults = el('ul', { class: 'fault-list', 'aria-label': t('rules_faults') });
  const bar = el('div', { class: 'page-bar' });
  const summary = el('p', { class: 'help', role: 'status' });
  const saveButton = el('button', { type: 'button', class: 'button main', onclick: () => void put(false) }, t('rules_save'));
  const tryButton = el('button', { type: 'button', class: 'button line', onclick: () => void tryLast() }, t('rules_last500'));
  const deleteButton = el('button', { type: 'button', class: 'button stop', onclick: remove }, t('rules_delete'));
  /** @type {List[]} */ let lists = [];
  /** @type {List|null} */ let now = null;
  let run = 0;
  /** what is on its way: the next save is of the version that this one makes */ let saving = Promise.resolve();
  const clash = new Clash(words, {
    merged: (text) => {
      if (!now || !clash.theirs) return;
      Object.assign(now, { text, was: clash.theirs.text, version: clash.theirs.version });
      choose(lists.indexOf(now));
      state.textContent = t('rules_merged');
      editor.focus();
    },
    over: () => {
      if (now && clash.theirs) Object.assign(now, { was: clash.theirs.text, version: clash.theirs.version });
      void put(false);
    },
    drop: () => void load(now?.name ?? ''),
  });

  box.append(el('div', { class: 'rules-grid' },
    el('section', {}, bar, clash.box, el('div', { class: 'editors' }, editor.box, clash.beside), el('p', { class: 'help' }, t('rules_syntax')), el('div', { class: 'page-bar' }, saveButton, tryButton, deleteButton, state), summary, faults),
    test()));
  const dry = later(() => void put(true), 500);
  editor.onInput(() => {
    if (now) now.text = editor.value;
    state.textContent = t('unsaved');
    clash.mine = editor.value;
    dry();
  });
  chooser.addEventListener('change', () => choose(Number(chooser.value)));
  editor.readOnly = true; // what is typed before the list is there would be lost
  void load('');
  return () => { run++; };

  /** @param {string} name to be chosen */
  async function load(name) {
    const got = await acts.call('GET', desk.path('rules'));
    if (!got) return;
    lists = got.lists.map(begin);
    const known = lists.findIndex((l) => l.name === name);
    choose(known >= 0 ? known : Math.max(0, lists.findIndex((l) => desk.owner || !l.all)));
  }

  /** @param {any} list as the server has it @returns {List} */
  function begin(list) { return { ...list, was: list.text }; }

  /** @param {string} name @returns {List} */
  function empty(name) { return { name, text: '', was: '', version: '', on: true, all: false }; }

  /** @param {number} i */
  function choose(i) {
    clash.end();
    now = lists[i] ?? empty('room');
    if (!lists.includes(now)) lists.push(now);
    const mine = desk.owner || !now.all;
    const name = now;
    chooser.replaceChildren(...lists.map((l, n) => el('option', { value: n }, l.all ? `${l.name} · ${t('rules_all')}` : l.name)));
    chooser.value = String(lists.indexOf(now));
    bar.replaceChildren(chooser, toggle(t('rules_on'), now.on, (on) => { name.on = on; void put(false); }),
      el('button', { type: 'button', class: 'button line', onclick: fresh }, icon('plus'), t('rules_new')));
    editor.value = now.text;
    editor.readOnly = !mine;
    saveButton.setAttribute('aria-disabled', String(!mine));
    deleteButton.hidden = Boolean(now.shipped) || !mine || now.name === 'starter';
    state.textContent = !mine ? t('rules_of_owner') : now.text === now.was ? '' : t('unsaved');
    summary.textContent = '';
    void put(true);
  }

  function fresh() {
    let n = 1;
    while (lists.some((l) => l.name === `list ${n}`)) n++;
    const input = el('input', { class: 'plain-field', 'aria-label': t('rules_name'), maxlength: 40, value: `list ${n}`, dir: 'auto' });
    const add = () => {
      const name = input.value.trim();
      if (!name) return;
      const known = lists.findIndex((l) => l.name === name && !l.all);
      if (known < 0) lists.push(empty(name));
      choose(known < 0 ? lists.length - 1 : known);
      editor.focus();
    };
    input.addEventListener('keydown', (event) => { if (event.key === 'Enter' && !event.isComposing) add(); });
    bar.replaceChildren(input, el('button', { type: 'button', class: 'button', onclick: add }, t('rules_new')));
    input.select();
  }

  /** Saves, or only asks what there would be to say. @param {boolean} only */
  async function put(only) {
    if (!now || (!only && saveButton.getAttribute('aria-disabled') === 'true')) return;
    const mine = ++run;
    const list = now;
    if (only && list.all && !desk.owner) return;
    const got = only ? await acts.call('PUT', desk.path('rules'), { ...as(list), dry: true }) : await save(list);
    if (!got || mine !== run) return got;
    /** @type {Fault[]} */
    const found = (got.faults ?? []).map((/** @type {any} */ fault) => ({ ...fault, message: sentence(fault) }));
    editor.mark(found);
    faults.replaceChildren(...found.map((fault) => el('li', { class: fault.warning ? 'doubt' : '' }, icon(fault.warning ? 'warn' : 'refuse'),
      el('button', { type: 'button', class: 'as-text', onclick: () => editor.goTo(fault.line) }, el('b', {}, t('rules_fault_of', { n: fault.line })), ' ', said(fault.entry), ' — ', said(fault.message)))));
    if (found.length === 0) faults.replaceChildren(el('li', { class: 'none-yet' }, t('rules_no_faults')));
    if (!only) state.textContent = t('rules_saved');
    return got;
  }

  /** @param {List} list */
  function as({ name, text, on, all }) { return { name, text, on, all }; }

  /** One after the other. @param {List} list @returns {Promise<any>} undefined when it was not saved */
  function save(list) {
    const done = saving.then(async () => {
      const sent = as(list);
      try {
        const got = await call('PUT', desk.path('rules'), { ...sent, base: list.version });
        Object.assign(list, { was: sent.text, version: got.list.version, shipped: false });
        if (list === now) clash.end();
        return got;
      } catch (fault) {
        if (fault instanceof ApiError && fault.code === 'changed') await changed(list, fault.by);
        else acts.trouble(fault);
        return undefined;
      }
    });
    saving = done.then(() => {});
    return done;
  }

  /** Somebody has saved this list meanwhile. @param {List} list @param {string} by */
  async function changed(list, by) {
    const got = await acts.call('GET', desk.path('rules'));
    if (!got || list !== now) return;
    const theirs = got.lists.find((/** @type {any} */ l) => l.name === list.name && l.all === list.all) ?? null;
    state.textContent = t('unsaved');
    clash.begin(list, theirs, by === desk.me ? '' : labelled(by, words) || t('rules_somebody'));
  }

  /** What is the matter with a line, in the language of the page. @param {any} fault */
  function sentence({ code, word = '', n = 0, of = 0, message }) {
    return words.has(`line_${code}`) ? t(`line_${code}`, { word, n, of }) : message;
  }

  /** Which lines would have stopped what was shown. */
  async function tryLast() {
    const got = await put(true);
    if (!got) return;
    const n = (got.faults ?? []).filter((/** @type {any} */ fault) => fault.code === 'would_stop').length;
    summary.textContent = n === 0 ? t('rules_last500_none') : t('rules_last500_some', { n });
  }

  function remove() {
    if (!now) return;
    const { name, all, version } = now;
    const query = new URLSearchParams({ base: version, ...(all ? { all: '1' } : {}) });
    confirmFirst(words, { title: t('rules_delete_title'), text: t('rules_delete_text', { name }), yes: t('rules_delete') }, async () => {
      try {
        await call('DELETE', `${desk.path('rules', name)}?${query}`);
        void load('');
      } catch (fault) {
        if (fault instanceof ApiError && fault.code === 'changed' && now) await changed(now, fault.by);
        else acts.trouble(fault);
      }
    });
  }

  function test() {
    const input = el('textarea', { rows: 3, id: 'rules-test', dir: 'auto' });
    const out = el('div', { class: 'verdict', role: 'status', hidden: true });
    const check = async () => {
      const text = input.value;
      out.hidden = !text;
      if (!text) return;
      const v = await acts.call('POST', desk.path('rules', 'check'), { text });
      if (!v || text !== input.value) return;
      const tone = { pass: 'shown', mask: 'held', hold: 'held', refuse: 'stop' }[/** @type {string} */ (v.verdict)] ?? '';
      const marked = el('bdi', { dir: 'auto' });
      for (const part of cut(text, v.spans)) marked.append(part.hit ? el('mark', {}, part.text) : part.text);
      const rule = words.has(`rule_${v.rule}`) ? t(`rule_${v.rule}`) : v.rule;
      out.replaceChildren(el('p', {}, el('span', { class: `chip ${tone}` }, icon(v.verdict === 'pass' ? 'check' : v.verdict === 'refuse' ? 'refuse' : 'clock'), el('span', {}, t(`verdict_${v.verdict}`)))),
        el('p', { class: 'held-text' }, marked),
        v.rule ? el('p', { class: 'help' }, rule, v.word && ' · ', v.word && said(v.word), ...(v.detail && v.rule !== 'length' ? explain(words, v.detail).flatMap((part) => [' · ', said(part)]) : [])) : '',
        v.verdict === 'mask' ? el('p', { class: 'help' }, t('shown_as'), ' ', said(v.text)) : '',
        v.folded ? el('p', { class: 'help' }, t('folded_as'), ' ', el('b', {}, said(v.folded))) : '');
    };
    input.addEventListener('input', later(() => void check(), 200));
    return el('section', { class: 'rules-test' }, el('label', { class: 'field' }, el('span', {}, t('rules_test')), input), el('p', { class: 'help' }, t('rules_test_help')), out);
  }
}
