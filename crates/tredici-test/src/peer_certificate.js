// Connects with Node's own client and returns all that it tells about the connection.
const tls = require('tls');
return new Promise((resolve, reject) => {
  const socket = tls.connect({ host: '127.0.0.1', rejectUnauthorized: false, ...input }, () => {
    resolve({
      authorized: socket.authorized,
      authorizationError: socket.authorizationError ?? null,
      protocol: socket.getProtocol(),
      cipher: socket.getCipher(),
      ephemeralKeyInfo: socket.getEphemeralKeyInfo(),
      alpnProtocol: socket.alpnProtocol,
      servername: socket.servername,
      isSessionReused: socket.isSessionReused(),
      peerCertificate: socket.getPeerCertificate(true),
    });
  });
  socket.on('error', reject);
});
