// Node's `tls.connect` with a context that is made once, and `net.connect`.

import net from 'node:net';
import tls from 'node:tls';

import { errand, hasTls, measure, resumes } from './measure.mjs';

const { address: host, port, path, servername, request } = errand;
const secureContext = hasTls ? tls.createSecureContext({ ca: errand.ca, minVersion: 'TLSv1.3' }) : null;
const sessions = [];

function connect() {
    if (errand.kind === 'unix') return net.connect({ path });
    if (errand.kind === 'tcp') return net.connect({ host, port, noDelay: true });
    const socket = tls.connect({ host, port, servername, secureContext, session: sessions.pop() });
    socket.setNoDelay(true);
    if (resumes) socket.on('session', (session) => sessions.push(session));
    return socket;
}

measure(() => new Promise((resolve, reject) => {
    let resumed = false;
    const socket = connect();
    socket.on(hasTls ? 'secureConnect' : 'connect', () => {
        resumed = hasTls && socket.isSessionReused();
        if (resumes) {
            socket.resume();
            socket.write(request);
        } else {
            // Goodbye, and the end of it once that is sent.
            socket.destroySoon();
        }
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(resumed));
}));
