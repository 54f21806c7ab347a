import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONGEST_NAME, MOST_PRESETS, choiceOf, hasRoom, isPlain, isSame, readPresets, withPreset } from '../console/presets.js';

const plain = /** @type {const} */ ({ kind: 'all', query: '', source: '', calm: false });

test('a saved filter keeps the search and the source, but no person', () => {
  const filter = { kind: /** @type {const} */ ('held'), query: ' boss ', source: 'twitch', calm: undefined, user: 'k3f9abcd' };
  const list = withPreset([], 'bosses', choiceOf(filter));
  assert.deepEqual(list, [{ name: 'bosses', kind: 'held', query: 'boss', source: 'twitch', calm: false }]);
  assert.deepEqual(readPresets(JSON.parse(JSON.stringify(list))), list);
  assert.ok(isSame(list[0], choiceOf(filter)));
  assert.ok(!isSame(list[0], plain));
  assert.ok(isPlain(choiceOf({ ...plain, query: '  ' })));
  assert.ok(!isPlain({ ...plain, calm: true }));
});

test('twelve filters are kept, each name once', () => {
  /** @type {import('../console/presets.js').Preset[]} */ let list = [];
  for (let i = 0; i < MOST_PRESETS; i++) {
    assert.ok(hasRoom(list, `p${i}`));
    list = withPreset(list, `p${i}`, { ...plain, query: `q${i}` });
  }
  assert.equal(hasRoom(list, 'another'), false);
  assert.deepEqual(withPreset(list, 'another', plain), list);
  assert.ok(hasRoom(list, 'p3'));
  list = withPreset(list, 'p3', { ...plain, calm: true });
  assert.equal(list.length, MOST_PRESETS);
  assert.deepEqual(list[3], { name: 'p3', ...plain, calm: true });
});

test('invalid stored filters do not break the menu', () => {
  for (const wrong of [null, 'x', {}, [null, 3, 'x', {}, { name: ' ', ...plain }, { name: 'a', ...plain, kind: 'new' }, { name: 'a', ...plain, source: 'mars' }, { name: 'a', ...plain, query: 5 }, { name: 'a', ...plain, query: 'x'.repeat(201) }]]) {
    assert.deepEqual(readPresets(wrong), []);
  }
  const kept = readPresets([{ name: 'x'.repeat(99), ...plain, more: 1, calm: 1 }]);
  assert.deepEqual(kept, [{ name: 'x'.repeat(LONGEST_NAME), ...plain, calm: true }]);
  assert.equal(readPresets(Array.from({ length: 99 }, (_, i) => ({ name: `p${i}`, ...plain }))).length, MOST_PRESETS);
});
