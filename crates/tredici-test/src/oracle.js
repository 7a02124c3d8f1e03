// Runs the script that stands in its input, and prints what it returns as one line of JSON.
'use strict';
const fs = require('fs');

// What JSON cannot hold: bytes become Base64, an object that contains itself becomes "self" (or "circular", where
// it stands further up).
const plain = (value, above = []) => {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (above.includes(value)) return above.at(-1) === value ? 'self' : 'circular';
  const within = [...above, value];
  if (Array.isArray(value)) return value.map((item) => plain(item, within));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, within)]));
};

const { script, input } = JSON.parse(fs.readFileSync(0, 'utf8'));
const AsyncFunction = (async () => {}).constructor;
new AsyncFunction('input', 'require', script)(input, require).then((output) => {
  process.stdout.write(JSON.stringify(plain(output) ?? null) + '\n', () => process.exit());
});
