// A TLS server that is told what to do by one line of JSON on its standard input, and tells what it sees in lines
// of JSON on its standard output. It ends when its standard input does, so that it never outlives the test.
'use strict';
const http2 = require('http2');
const https = require('https');
const readline = require('readline');
const tls = require('tls');

const tell = (event, facts) => process.stdout.write(JSON.stringify({ event, ...facts }) + '\n');

const behaviours = {
  echo: (socket) => socket.pipe(socket),
  discard: (socket) => socket.resume(),
  end: (socket, { text }) => socket.resume().end(text),
  stream: (socket, { bytes }) => socket.resume().end(Buffer.alloc(bytes, 'x')),
  http: (socket, { text }) => socket.once('data', () => {
    const head = ['HTTP/1.1 200 OK', 'Content-Type: text/plain', `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close'];
    socket.resume().end([...head, '', text].join('\r\n'));
  }),
  // Both act on the connection beneath TLS, which therefore ends without a close_notify.
  truncate: (socket, { text }, raw) => socket.resume().write(text, () => raw.end()),
  reset: (socket, behaviour, raw) => raw.resetAndDestroy(),
  // The HTTP server has the connection already.
  requests: () => {},
};

const answer = (request, response) => {
  const { httpVersion, method, url, headers } = request;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ httpVersion, method, url, authority: headers[':authority'] ?? headers.host }));
};

const serverOf = (options, { kind, http2: both }) => {
  if (kind !== 'requests') return tls.createServer(options);
  return both ? http2.createSecureServer({ ...options, allowHTTP1: true }, answer) : https.createServer(options, answer);
};

const base64 = (bytes) => bytes?.toString('base64') ?? null;

// RFC 5705: no context is not the same as an empty one, but in TLS 1.3.
const keyingMaterialOf = (socket) => {
  const contexts = { without: undefined, empty: Buffer.alloc(0), with: Buffer.from('context') };
  const derive = (context) => base64(socket.exportKeyingMaterial(48, 'EXPORTER-tredici', context));
  return Object.fromEntries(Object.entries(contexts).map(([key, context]) => [key, derive(context)]));
};

const viewOf = (socket) => {
  const peer = socket.getPeerCertificate(true);
  return {
    servername: socket.servername,
    alpnProtocol: socket.alpnProtocol,
    authorized: socket.authorized,
    authorizationError: socket.authorizationError ?? null,
    peer: peer?.raw ? { subject: peer.subject, fingerprint256: peer.fingerprint256 } : null,
    isSessionReused: socket.isSessionReused(),
    protocol: socket.getProtocol(),
    cipher: socket.getCipher(),
    finished: base64(socket.getFinished()),
    peerFinished: base64(socket.getPeerFinished()),
    sharedSigalgs: socket.getSharedSigalgs(),
    keyingMaterial: keyingMaterialOf(socket),
    remoteAddress: socket.remoteAddress,
    remotePort: socket.remotePort,
  };
};

const serve = ({ options, contexts, listen, behaviour }) => {
  const server = serverOf(options, behaviour);
  for (const { servername, context } of contexts) server.addContext(servername, context);

  // What is known of a connection, under its socket beneath TLS.
  const connections = new WeakMap();
  let count = 0;

  // A connection is closed when its socket is, and the TLS socket above it where there is one.
  const watch = (seen, socket) => {
    seen.open += 1;
    socket.on('error', (error) => { seen.error = error.code; });
    socket.once('close', () => {
      if (socket.encrypted) seen.bytesRead = socket.bytesRead;
      seen.open -= 1;
      if (seen.open === 0) tell('close', { connection: seen.connection, error: seen.error, bytesRead: seen.bytesRead });
    });
  };

  server.on('connection', (raw) => {
    const seen = { connection: count++, open: 0, error: null, bytesRead: 0 };
    connections.set(raw, seen);
    watch(seen, raw);
    tell('connection', { connection: seen.connection });
  });

  server.on('tlsClientError', (error, socket) => {
    const { connection } = connections.get(socket._parent);
    tell('tlsClientError', { connection, code: error.code ?? null, message: error.message });
  });

  server.on('secureConnection', (socket) => {
    const raw = socket._parent;
    const seen = connections.get(raw);
    watch(seen, socket);
    tell('secureConnection', { connection: seen.connection, ...viewOf(socket) });
    // A TLS 1.3 server of Node that ends within this event sends no close_notify: its handshake is not over.
    setImmediate(() => behaviours[behaviour.kind](socket, behaviour, raw));
  });

  server.listen(listen, () => tell('listening', { port: server.address().port }));
};

const input = readline.createInterface({ input: process.stdin });
input.once('line', (line) => serve(JSON.parse(line)));
input.once('close', () => process.exit());
