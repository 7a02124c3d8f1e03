//! What idle connections hold.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::runtime::{Builder, Runtime};
use tredici::{ListenOptions, Socket, TlsVersion};
use tredici_test::{allow_descriptors, resident_bytes, run_alone_on};

use super::super::ends;
use super::KIB;

const CONNECTIONS: usize = 1000;

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[test]
#[cfg(target_os = "linux")]
fn a_connection_of_tls_1_3_holds_no_buffer() {
    run_alone_on(concat!(module_path!(), "::a_connection_of_tls_1_3_holds_no_buffer"), one_thread, async {
        no_buffer_is_held(ends::localhost()).await;
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_connection_of_tls_1_2_holds_no_buffer() {
    run_alone_on(concat!(module_path!(), "::a_connection_of_tls_1_2_holds_no_buffer"), one_thread, async {
        no_buffer_is_held(ends::localhost().max_version(TlsVersion::Tls1_2)).await;
    });
}

/// What a connection holds may grow by what is said over it for the first time, by less than any buffer has.
async fn no_buffer_is_held(options: ListenOptions) {
    allow_descriptors(3 * CONNECTIONS as u64);
    let connector = ends::connector();
    let listener = ends::listen(options).await;
    let mut pairs = Vec::new();
    for _ in 0..CONNECTIONS {
        let (mut client, mut server) =
            ends::pair(&connector, &listener, ends::target(ends::port(&listener))).await;
        talk(&mut client, &mut server, 1).await;
        pairs.push((client, server));
    }
    let before = resident_bytes();

    // Buffers that are held grow by what they are used for.
    for (client, server) in &mut pairs {
        talk(client, server, 100 * KIB).await;
    }
    let read = resident_bytes();
    for (client, server) in &mut pairs {
        wait_in_vain(client);
        wait_in_vain(server);
    }
    let waiting = resident_bytes();
    // They still work, all of them.
    for (client, server) in &mut pairs {
        talk(client, server, 1).await;
    }

    let each = |after: usize| after.saturating_sub(before) / CONNECTIONS;
    let (read, waiting) = (each(read), each(waiting));
    println!("{read} bytes more after reading, {waiting} while waiting");
    assert!(read < 4 * KIB, "a connection that was read holds {read} bytes more");
    assert!(waiting < 4 * KIB, "a connection that waits for data holds {waiting} bytes more");
}

/// So many bytes in each direction.
async fn talk(client: &mut Socket, server: &mut Socket, length: usize) {
    let (sent, mut received) = (vec![7; length], vec![0; length]);
    for _ in 0..2 {
        let (wrote, read) = tokio::join!(
            async {
                client.write_all(&sent).await?;
                client.flush().await
            },
            server.read_exact(&mut received)
        );
        wrote.and(read).expect("what was sent");
        let (wrote, read) = tokio::join!(
            async {
                server.write_all(&sent).await?;
                server.flush().await
            },
            client.read_exact(&mut received)
        );
        wrote.and(read).expect("what was sent");
    }
}

fn wait_in_vain(socket: &mut Socket) {
    let mut bytes = [0; 1];
    let polled =
        Pin::new(socket).poll_read(&mut Context::from_waker(Waker::noop()), &mut ReadBuf::new(&mut bytes));
    assert!(matches!(polled, Poll::Pending), "nobody has said anything");
}
