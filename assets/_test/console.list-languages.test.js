import assert from 'node:assert/strict';
import test from 'node:test';
import { listLanguages } from '../console/list-languages.js';

test('the switches cover languages in the lists, shipped languages and those that are off', () => {
  assert.deepEqual(listLanguages([]), ['en', 'zh', 'ja']);
  assert.deepEqual(listLanguages(['zut @lang fr\n@lang ru\nсука\n@lang\nplain', 'fick @lang de => hold\nx @lang en']), ['en', 'zh', 'ja', 'de', 'fr', 'ru']);
  assert.deepEqual(listLanguages(['zut @lang fr'], ['th', 'en']), ['en', 'zh', 'ja', 'fr', 'th']);
  assert.deepEqual(listLanguages(['# zut @lang fr\nword # as in @lang de\n!@lang pt\nme@lang it\nx @lang FR\nx @lang abcd']), ['en', 'zh', 'ja']);
  assert.deepEqual(listLanguages(['@lang es # Spanish\r\nx']), ['en', 'zh', 'ja', 'es']);
});
