import assert from 'node:assert/strict';
import { test } from 'node:test';

import { merge, only } from '../console/merge.js';

test('two edits of a list are merged', () => {
  for (const [why, was, mine, theirs, want] of [
    ['only they changed it', 'a\nb', 'a\nb', 'a\nc', 'a\nc'],
    ['only I changed it', 'a\nb', 'a\nb\nc', 'a\nb', 'a\nb\nc'],
    ['both added at the end', 'a', 'a\nmine', 'a\ntheirs', 'a\ntheirs\nmine'],
    ['both added the same', 'a', 'a\nx', 'a\nx\ny', 'a\nx\ny'],
    ['they added in the middle', 'a\nb\n', 'a\nb\nmine\n', 'a\ntheirs\nb\n', 'a\ntheirs\nb\nmine\n'],
    ['they added at the top', 'a', 'a\nmine', 'top\na', 'top\na\nmine'],
    ['they took out, I added', 'a\nb\nc', 'a\nb\nc\nd', 'a\nc', 'a\nc\nd'],
    ['I took out, they added', 'a\nb\nc', 'a\nc', 'a\nb\nc\nd', 'a\nc\nd'],
    ['both changed one line: both stay to be read', 'a => hold', 'a => mask', 'a => refuse', 'a => refuse\na => mask'],
    ['what they added follows a line that I took out', 'a\nb\n', 'a\n', 'a\nb\nc\n', 'a\nc\n'],
    ['a list that was empty', '', 'mine', 'theirs', 'theirs\nmine'],
    ['gaps stay', 'a\n\nb', 'a\n\nb\nc', 'a\n\n\nb', 'a\n\nb\nc'],
    ['they emptied it', 'a\nb', 'a\nb\nc', '', 'c'],
  ]) assert.equal(merge(was, mine, theirs), want, why);
});

test('only returns the lines that another text lacks', () => {
  assert.deepEqual(only('a\n b\n\nc', 'b\nd'), [1, 4]);
  assert.deepEqual(only('', 'b'), []);
  assert.deepEqual(only('a', 'a '), []);
});
