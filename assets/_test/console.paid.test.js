import assert from 'node:assert/strict';
import test from 'node:test';

import { amountText } from '../shared/paid.js';

test('amounts are formatted as the language does', () => {
  for (const [amount, currency, lang, want] of /** @type {[number, string, string, string][]} */ ([
    [500, 'JPY', 'en', '¥500'], [5, 'USD', 'en', '$5.00'], [30, 'CNY', 'zh-CN', '¥30.00'], [1500, 'BITS', 'en', '1,500 bits'], [3, 'POINTS', 'ja', '3 points'],
  ])) assert.equal(amountText({ amount, currency }, lang), want);
});
