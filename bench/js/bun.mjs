// Bun's own `Bun.connect`.

import { errand, hasTls, measure, resumes } from './measure.mjs';

const { address: hostname, port, path, servername: serverName, request } = errand;
const place = errand.kind === 'unix' ? { unix: path } : { hostname, port };
const tls = hasTls ? { ca: errand.ca, serverName } : undefined;
const sessions = [];

measure(() => new Promise((resolve, reject) => {
    let resumed = false;
    const socket = {
        open(socket) {
            if (!hasTls) return socket.end();
            const session = sessions.pop();
            if (session) socket.setSession(session);
        },
        data(socket) {
            // The tickets came before the answer.
            sessions.push(socket.getSession());
        },
        close: () => resolve(resumed),
        error: (_, error) => reject(error),
        connectError: (_, error) => reject(error),
    };
    if (hasTls) {
        socket.handshake = (socket, success, error) => {
            if (!success) return reject(error);
            resumed = socket.isSessionReused();
            if (resumes) socket.write(request);
            else socket.end();
        };
    }
    Bun.connect({ ...place, tls, socket }).catch(reject);
}));
