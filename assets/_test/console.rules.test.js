import assert from 'node:assert/strict';
import test from 'node:test';
import { RuleLists } from '../console/rule-lists.js';
import { faultSummary } from '../console/rules-faults.js';
import { RulesSaver } from '../console/rules-save.js';

const shipped = { name: 'starter', text: 'shipped', version: 's', on: true, all: true, shipped: true };
const words = { name: 'words', text: 'pear', version: 'w', on: true, all: false };

/** @param {any[]} lists @param {boolean} [owner] */
function taken(lists, owner = true) {
  const rules = new RuleLists();
  rules.take(lists, { owner });
  return rules;
}

test('a new list is empty, has a free name and replaces no other list', () => {
  const rules = taken([shipped, words, { ...words, name: 'list 1' }]);
  assert.equal(rules.now?.name, 'starter');
  const list = rules.create();
  assert.equal(rules.now, list);
  assert.deepEqual([list.name, list.text, list.version, list.all, list.fresh], ['list 2', '', '', false, true]);
  assert.equal(rules.fault(list), '');
  for (const [name, all, fault] of /** @type {[string, boolean, string][]} */ ([
    ['', false, 'rules_name_empty'], ['  ', false, 'rules_name_empty'], ['words', false, 'rules_name_taken'], [' words ', false, 'rules_name_taken'],
    ['words', true, ''], ['starter', false, ''], ['starter', true, 'rules_name_taken'], ['spoilers', false, ''],
  ])) {
    Object.assign(list, { name, all });
    assert.equal(rules.fault(list), fault, `${name} ${all}`);
  }
  rules.saved(list, '', 'v');
  list.name = 'words';
  assert.equal(rules.fault(list), '', 'a saved list keeps its name');
});

test('saving a list for all rooms asks first, and the question for the shipped list says what happens', () => {
  const rules = taken([shipped, { ...words, name: 'everywhere', all: true }, words]);
  const [starter, everywhere, own] = rules.all;
  assert.equal(rules.question(starter), 'rules_shipped_text');
  assert.equal(rules.question(everywhere), 'rules_all_text');
  assert.equal(rules.question(own), '');
  starter.agreed = true;
  assert.equal(rules.question(starter), '');
  rules.saved(starter, 'mine', 'v2');
  assert.equal(rules.restores(starter), true);
  const fresh = rules.create();
  assert.equal(rules.question(fresh), '');
  fresh.all = true;
  assert.equal(rules.question(fresh), 'rules_all_text');
});

test('only a replacement of the shipped list can be restored, and only it cannot be deleted', () => {
  const rules = taken([shipped, words, { ...words, name: 'starter' }]);
  assert.deepEqual(rules.all.map((list) => rules.restores(list)), [false, false, false]);
  assert.deepEqual(rules.all.map((list) => rules.deletes(list)), [false, true, true]);
  const saved = taken([{ ...shipped, shipped: false }]);
  assert.deepEqual([saved.restores(saved.all[0]), saved.deletes(saved.all[0])], [true, false]);
  const fresh = saved.create();
  assert.deepEqual([saved.restores(fresh), saved.deletes(fresh)], [false, false]);
});

test('unsaved text survives a reload of the lists, with the version that it was typed into', () => {
  const rules = taken([shipped, words]);
  const own = rules.all[1];
  own.text = 'pear\nplum';
  const fresh = rules.create();
  fresh.text = 'grape';
  assert.deepEqual(rules.unsaved, [own, fresh]);
  rules.take([{ ...shipped, text: 'newer', version: 's2' }, { ...words, text: 'quince', version: 'w2', on: false }], { owner: true });
  assert.deepEqual(rules.unsaved.map(({ text, version, was }) => [text, version, was]), [['pear\nplum', 'w', 'pear'], ['grape', '', '']]);
  assert.equal(rules.all[0].text, 'newer');
  assert.equal(rules.now, fresh, 'and the one in the editor stays there');
  rules.take([shipped], { owner: true, choose: words, drop: own });
  assert.deepEqual(rules.all.map(({ name }) => name), ['starter', 'list 1'], 'dropped, and deleted by somebody');
  rules.create();
  rules.take([shipped, words], { owner: true, choose: words });
  assert.deepEqual(rules.all.map(({ name }) => name), ['starter', 'words', 'list 1'], 'an empty new one is nothing that could be lost');
  assert.equal(rules.now?.name, 'words');
});

test('a moderator starts in a list of the room, or in a new one', () => {
  assert.equal(taken([shipped, words], false).now?.name, 'words');
  const none = taken([shipped], false);
  assert.deepEqual([none.now?.name, none.now?.all, none.now?.fresh], ['room', false, true]);
});

test('the trial on the last comments reports how many the server did not list', () => {
  const stop = { code: 'would_stop' }, bad = { code: 'no_action' };
  assert.deepEqual(faultSummary([], 0), [['rules_last500_none', { n: 0 }]]);
  assert.deepEqual(faultSummary([bad], 1), [['rules_last500_none', { n: 0 }]]);
  assert.deepEqual(faultSummary([bad, stop, stop], 3), [['rules_last500_some', { n: 2 }]]);
  assert.deepEqual(faultSummary([bad, stop], 190), [['rules_last500_some', { n: 1 }], ['rules_more', { n: 188 }]]);
  assert.deepEqual(faultSummary([bad, bad], 190), [['rules_last500_hidden', { n: 188 }]], 'what would be stopped may be among these');
});

test('the page is notified of every save, and of faults only by the newest request', async (t) => {
  /** @type {{body: any, answer: (got: any) => Promise<void>}[]} requests that wait for their answer */
  const waiting = [];
  t.mock.method(globalThis, 'fetch', (/** @type {string} */ path, /** @type {any} */ { body }) => new Promise((resolve) => {
    waiting.push({ body: JSON.parse(body), answer: async (got) => { resolve(Response.json(got)); await settled(); } });
  }));
  const settled = () => new Promise((resolve) => { setImmediate(resolve); });
  for (const [name, order, want] of /** @type {[string, ('save'|'check')[], string[]][]} */ ([
    ['nothing meanwhile', ['save'], ['saved v1', 'faults of save']],
    ['a check during the save, answered after it', ['save', 'check'], ['saved v1', 'faults of save', 'faults of check']],
    ['a check during the save, answered before it', ['check', 'save'], ['faults of check', 'saved v1']],
  ])) {
    /** @type {string[]} */ const heard = [];
    const list = { ...words, was: 'pear', text: 'pear\nplum' };
    const saver = new RulesSaver(/** @type {any} */ ({ path: () => '/rules' }), {
      saved: (_, text, version) => { heard.push(`saved ${version}`); assert.equal(text, list.text); },
      faults: (_, faults) => { heard.push(`faults of ${faults[0]}`); },
      changed: async () => { heard.push('changed'); }, failed: (fault) => { heard.push(String(fault)); },
    });
    const results = [saver.save(list)];
    await settled();
    if (order.includes('check')) results.push(saver.check(list));
    const sent = waiting.splice(0);
    assert.deepEqual(sent.map(({ body }) => body.dry === true), order.includes('check') ? [false, true] : [false], name);
    for (const kind of order) {
      const request = sent.find(({ body }) => (body.dry === true) === (kind === 'check'));
      await request?.answer({ list: { version: 'v1' }, faults: [kind] });
    }
    assert.deepEqual(heard, want, name);
    assert.ok((await Promise.all(results)).every((got) => got), 'every caller gets its answer');
  }
});
