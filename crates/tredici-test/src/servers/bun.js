// A TLS server made with Bun's own sockets that echoes. It is told its options by one line of JSON on its standard
// input, and tells what it sees in lines of JSON on its standard output. It ends when its standard input does.
'use strict';
const readline = require('node:readline');

const tell = (event, facts) => process.stdout.write(JSON.stringify({ event, ...facts }) + '\n');

const base64 = (bytes) => bytes?.toString('base64') ?? null;

const viewOf = (socket) => ({
  authorized: socket.authorized,
  alpnProtocol: socket.alpnProtocol,
  servername: socket.getServername() ?? null,
  isSessionReused: socket.isSessionReused(),
  protocol: socket.getTLSVersion(),
  cipher: socket.getCipher(),
  peer: socket.getPeerCertificate()?.subject ?? null,
  keyingMaterial: {
    without: base64(socket.exportKeyingMaterial(48, 'EXPORTER-tredici')),
    with: base64(socket.exportKeyingMaterial(48, 'EXPORTER-tredici', Buffer.from('context'))),
  },
});

// What could not be written waits until there is room.
const flush = (socket) => {
  const { waiting } = socket.data;
  while (waiting.length > 0) {
    const written = Math.max(socket.write(waiting[0]), 0);
    if (written < waiting[0].length) {
      waiting[0] = waiting[0].subarray(written);
      return;
    }
    waiting.shift();
  }
  if (socket.data.ended) socket.end();
};

const serve = ({ alpn, ...options }) => {
  const ALPNProtocols = alpn && Buffer.concat(alpn.flatMap((name) => [Buffer.from([name.length]), Buffer.from(name)]));
  const listener = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    tls: ALPNProtocols ? { ...options, ALPNProtocols } : options,
    socket: {
      open: (socket) => { socket.data = { waiting: [], ended: false }; },
      handshake: (socket, success, error) => {
        if (success) tell('handshake', viewOf(socket));
        else tell('failure', { code: error?.code ?? null, message: error?.message ?? null });
      },
      data: (socket, bytes) => {
        socket.data.waiting.push(Buffer.from(bytes));
        if (socket.data.waiting.length === 1) flush(socket);
      },
      drain: flush,
      end: (socket) => {
        socket.data.ended = true;
        if (socket.data.waiting.length === 0) socket.end();
      },
      close: () => tell('close', {}),
      error: (socket, error) => tell('error', { code: error.code ?? null, message: error.message }),
    },
  });
  tell('listening', { port: listener.port });
};

const input = readline.createInterface({ input: process.stdin });
input.once('line', (line) => serve(JSON.parse(line)));
input.once('close', () => process.exit());
