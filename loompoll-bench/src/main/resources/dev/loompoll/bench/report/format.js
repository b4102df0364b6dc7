'use strict';
// Figures in the unit that suits their size.

function digits(v) {
  const size = Math.abs(v);
  if (size >= 99.95) return Math.round(v).toLocaleString('en-GB');
  return size >= 9.995 ? v.toFixed(1) : size === 0 ? '0' : v.toFixed(2);
}

// Steps: from how much on, which unit, and how much that is if it is not the same.
const TIME = [[1e9, ' s'], [1e6, ' ms'], [1e3, ' µs'], [0, ' ns', 1]];
const BYTES = [[2 ** 30, ' GiB'], [2 ** 20, ' MiB'], [2 ** 10, ' KiB'], [0, ' B', 1]];
const PLAIN = [[1e9, ' G'], [1e6, ' M'], [1e4, ' k', 1e3], [0, '', 1]];

function scaled(v, steps) {
  const [least, unit, by] = steps.find(([least]) => Math.abs(v) >= least);
  return digits(v / (by ?? least)) + unit;
}

function unitOf(key) {
  return key === 'cpu' ? 'ns' : looks.figures[key]?.unit ?? '';
}

function amount(key, v, chapter) {
  if (!Number.isFinite(v)) return '–';
  if (unitOf(key) === 'ns') return scaled(v, TIME);
  if (unitOf(key) === 'bytes' || (key === 'rate' && chapter?.unit === 'bytes')) return scaled(v, BYTES);
  return scaled(v, PLAIN);
}

// On an axis: without digits that say nothing.
function tick(key, v, chapter) {
  return amount(key, v, chapter).replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

function ratioText(v) {
  return v >= 99.5 ? Math.round(v).toLocaleString('en-GB') : v >= 9.95 ? v.toFixed(1) : v.toFixed(2);
}

function label(key) {
  return key === 'cpu' ? 'CPU time' : looks.figures[key]?.label ?? key;
}

// One thing of the unit: echoes, an echo.
function one(chapter) {
  const word = { echoes: 'echo', requests: 'request', bytes: 'byte', connections: 'connection' };
  return word[chapter.unit] ?? (chapter.unit ? 'one of ' + chapter.unit : 'unit');
}

function longLabel(key, chapter) {
  if (key === 'rate') return `${chapter.unit || 'units'} a second`;
  if (unitOf(key) === 'bytes') return `${label(key)} a connection`;
  if (key === 'cpu' || key.endsWith('Nanos') || key.endsWith('Instructions')) return `${label(key)} per ${one(chapter)}`;
  return label(key);
}

// 2 is 99 %, 3 is 99.9 %.
function ninesText(nines) {
  const share = 100 * (1 - 10 ** -nines);
  return nines === 0 ? '0 %' : `${share.toFixed(Math.max(0, Math.ceil(nines) - 2))} %`;
}
