import assert from 'node:assert/strict';
import test from 'node:test';
import { query } from '../console/history.js';

test('the history request follows the filter', () => {
  const all = { kind: /** @type {const} */ ('all'), query: '', user: '', source: '' };
  assert.equal(query(all), '');
  assert.equal(query({ ...all, query: '  ' }), '');
  assert.equal(query({ ...all, kind: 'shown' }), '', 'what is shown is listed anyway');
  assert.equal(query({ ...all, kind: 'stopped', query: 'a&b=1' }), '&q=a%26b%3D1');
  assert.equal(query({ kind: 'removed', query: ' 弾幕 ', user: 'u1', source: 'api' }), '&q=%E5%BC%BE%E5%B9%95&user=u1&source=api&status=removed');
});
