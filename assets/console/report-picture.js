// A report as a picture of 1200 × 675, the size that sites show beside a link.

import { length } from './export-params.js';

const WIDTH = 1200, HEIGHT = 675, EDGE = 64;

/** The most words in the picture. */
const MOST_WORDS = 8;

/**
 * Truncates a text to a width.
 * @param {CanvasRenderingContext2D} c @param {string} text @param {number} width
 */
export function fitted(c, text, width) {
  if (c.measureText(text).width <= width) return text;
  const letters = Array.from(text);
  while (letters.length > 1 && c.measureText(`${letters.join('')}…`).width > width) letters.pop();
  return `${letters.join('')}…`;
}

/** @param {import('./report-params.js').Report} report @param {import('../shared/i18n.js').Words} words @returns {Promise<Blob>} */
export function pictureOf(report, { t, lang }) {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas.lang = lang;
  const c = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const style = getComputedStyle(document.documentElement);
  const color = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const family = getComputedStyle(document.body).fontFamily;
  const number = new Intl.NumberFormat(lang);
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ size, { weight = 400, tone = 'text', width = WIDTH - EDGE - x } = {}) => {
    c.font = `${weight} ${size}px ${family}`;
    c.fillStyle = color(tone);
    c.fillText(fitted(c, text, width), x, y);
  };
  c.fillStyle = color('bg');
  c.fillRect(0, 0, WIDTH, HEIGHT);
  c.fillStyle = color('accent-edge');
  c.fillRect(EDGE, 56, 72, 8);
  write(report.title, EDGE, 120, 44, { weight: 700 });
  write(new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeStyle: 'short', hourCycle: 'h23' }).format(report.from), EDGE, 160, 22, { tone: 'text-2' });
  [['report_comments', report.comments], ['report_people', report.people], ['report_peak', Math.max(0, ...report.peaks.map((p) => p.comments))]].forEach(([key, n], i) => {
    const x = EDGE + i * 250;
    write(number.format(Number(n)), x, 248, 56, { weight: 700, width: 230 });
    write(t(String(key)), x, 282, 20, { tone: 'text-2', width: 230 });
  });
  drawCurve(c, report.curve, { x: EDGE, y: 316, width: WIDTH - 2 * EDGE, height: 120 }, color('text'));
  const half = (WIDTH - 2 * EDGE - 40) / 2, right = EDGE + half + 40;
  write(t('report_peaks'), EDGE, 486, 20, { tone: 'text-2', width: half });
  [...report.peaks].sort((a, b) => b.comments - a.comments).slice(0, 3).forEach((p, i) => {
    const y = 524 + i * 38;
    write(p.outside ? '–' : length(p.offset_ms), EDGE, y, 26, { weight: 700, width: 120 });
    write(p.said.join(' · ') || t('report_in_minute', { n: p.comments }), EDGE + 130, y, 26, { width: half - 130 });
  });
  write(t('report_words'), right, 486, 20, { tone: 'text-2', width: half });
  const top = report.words.slice(0, MOST_WORDS).map(({ text }) => text);
  write(top.slice(0, 4).join(' · '), right, 524, 26, { width: half });
  write(top.slice(4).join(' · '), right, 562, 26, { width: half });
  write(report.emoji.slice(0, 10).map(({ text }) => text).join(' '), right, 602, 28, { width: half });
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png');
  });
}

/**
 * @param {CanvasRenderingContext2D} c @param {number[]} curve
 * @param {{x: number, y: number, width: number, height: number}} box @param {string} color
 */
function drawCurve(c, curve, { x, y, width, height }, color) {
  const most = Math.max(1, ...curve), step = width / Math.max(1, curve.length - 1);
  c.strokeStyle = c.fillStyle = color;
  c.lineWidth = 3;
  c.lineJoin = 'round';
  c.beginPath();
  curve.forEach((n, i) => c.lineTo(x + i * step, y + height - (n / most) * height));
  c.stroke();
  c.lineTo(x + width, y + height);
  c.lineTo(x, y + height);
  c.globalAlpha = 0.08;
  c.fill();
  c.globalAlpha = 1;
}
