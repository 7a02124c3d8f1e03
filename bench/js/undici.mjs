// undici's `buildConnector` with a context that is made once.

import { createRequire } from 'node:module';
import tls from 'node:tls';

import { errand, hasTls, measure, resumes } from './measure.mjs';

const { buildConnector } = createRequire(`${errand.tools}/undici/`)('undici');

const { address: hostname, port, path, servername, request } = errand;
const options = { keepAlive: false, maxCachedSessions: resumes ? 100 : 0 };
if (hasTls) options.secureContext = tls.createSecureContext({ ca: errand.ca, minVersion: 'TLSv1.3' });
if (errand.kind === 'unix') options.socketPath = path;
const connector = buildConnector(options);
const terms = { hostname, port, protocol: hasTls ? 'https:' : 'http:', servername: hasTls ? servername : undefined };

measure(() => new Promise((resolve, reject) => {
    connector(terms, (error, socket) => {
        if (error) return reject(error);
        const resumed = hasTls && socket.isSessionReused();
        socket.on('error', reject);
        socket.on('close', () => resolve(resumed));
        if (resumes) {
            socket.resume();
            socket.write(request);
        } else {
            socket.destroySoon();
        }
    });
}));
