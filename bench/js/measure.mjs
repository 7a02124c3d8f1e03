// What the three clients have in common: the errand, connection after connection, and what came of them.

import process from 'node:process';

export const errand = JSON.parse(process.argv[2]);

/// Tells which kind of connection is wanted, and where to.
export const hasTls = ['full', 'resumed'].includes(errand.kind);
export const resumes = errand.kind === 'resumed';

let begun = 0, resumed = 0, failed = 0;
let failure = null;
let cpu, wall;

async function walk(visit) {
    for (;;) {
        const number = begun++;
        if (number >= errand.warmUp + errand.amount) return;
        if (number === errand.warmUp) {
            cpu = process.cpuUsage();
            wall = process.hrtime.bigint();
        }
        const counts = number >= errand.warmUp;
        try {
            const wasResumed = await visit();
            if (counts && wasResumed) resumed++;
        } catch (error) {
            if (!counts) continue;
            failed++;
            failure ??= String(error);
        }
    }
}

/// `visit` makes one connection from its beginning to its end, and tells whether it was resumed.
export async function measure(visit) {
    await Promise.all(Array.from({ length: errand.atOnce }, () => walk(visit)));
    const microseconds = Number(process.hrtime.bigint() - wall) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const figures = [['Wall', microseconds / errand.amount], ['Cpu', (user + system) / errand.amount]];
    console.log(JSON.stringify({ figures, made: errand.amount - failed, resumed, failed, failure }));
    process.exit();
}
