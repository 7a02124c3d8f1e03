//! What a process holds: to be compared before and after.
//!
//! Descriptors and memory belong to the whole process: measure them with [`run_alone`](crate::run_alone), because
//! a test binary runs its tests in parallel.

use std::{collections::HashSet, fs, io};

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::runtime::Handle;

/// Lets this process have so many file descriptors open, where the system lets it at all.
///
/// # Panics
/// Where the system's hard limit is lower.
pub fn allow_descriptors(count: u64) {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < count) {
        limit.current = Some(count);
        setrlimit(Resource::Nofile, limit)
            .unwrap_or_else(|error| panic!("{count} descriptors are needed (ulimit -n): {error}"));
    }
}

/// How many file descriptors this process has open.
///
/// # Panics
/// Anywhere but on Linux, where `/proc/self/fd` lists them.
pub fn open_descriptors() -> usize {
    let listed =
        fs::read_dir("/proc/self/fd").expect("descriptors are counted on Linux only, in /proc/self/fd");
    // Reading the list takes a descriptor itself.
    listed.count() - 1
}

/// How many TCP sockets of this process have connected, or are about to, and were not accepted by one of its listeners. To be
/// compared before and after without waiting, since what a server of the same process holds does not count.
///
/// # Panics
/// Anywhere but on Linux, where `/proc/self` lists them.
pub fn open_clients() -> usize {
    const LISTENING: &str = "0A";
    let own = own_sockets().expect("sockets are listed on Linux only, in /proc/self");
    let port = |address: &str| address.rsplit_once(':').map(|(_, port)| port.to_owned());
    let (mut served, mut others) = (HashSet::new(), Vec::new());
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        // Without IPv6 there is no table of it.
        for line in fs::read_to_string(table).unwrap_or_default().lines().skip(1) {
            let fields: Vec<_> = line.split_whitespace().collect();
            let (local, state, inode) = (port(fields[1]), fields[3], fields[9]);
            match own.contains(&format!("socket:[{inode}]")) {
                true if state == LISTENING => drop(served.insert(local)),
                true => others.push(local),
                false => {}
            }
        }
    }
    others.iter().filter(|local| !served.contains(*local)).count()
}

/// The sockets among the descriptors, as the system names them.
fn own_sockets() -> io::Result<HashSet<String>> {
    let links = fs::read_dir("/proc/self/fd")?.map(|entry| fs::read_link(entry?.path()));
    // The descriptor of the list itself is there no more.
    Ok(links.filter_map(|link| link.ok()?.into_os_string().into_string().ok()).collect())
}

/// How much memory of this process is resident, in bytes.
///
/// # Panics
/// Anywhere but on Linux, where `/proc/self/status` tells it as `VmRSS`.
pub fn resident_bytes() -> usize {
    let status =
        fs::read_to_string("/proc/self/status").expect("memory is measured on Linux only, in /proc/self");
    let kibibytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB")?.trim().parse().ok());
    kibibytes.map(|number: usize| number * 1024).expect("/proc/self/status tells VmRSS in kB")
}

/// How many tasks of the current tokio runtime are alive. The future given to `block_on` is none of them.
///
/// # Panics
/// Outside a runtime.
pub fn alive_tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::future;

    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::{run_alone, settle};

    #[test]
    fn clients_are_counted() {
        run_alone(concat!(module_path!(), "::clients_are_counted"), async {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            assert_eq!(open_clients(), 0);
            let clients = [(); 2].map(|()| TcpStream::connect(listener.local_addr().unwrap()).unwrap());
            let (accepted, _) = listener.accept().unwrap();
            assert_eq!(open_clients(), 2);
            drop(clients);
            assert_eq!(open_clients(), 0);
            drop(accepted);
        });
    }

    #[test]
    fn descriptors_and_memory_are_counted() {
        run_alone(concat!(module_path!(), "::descriptors_and_memory_are_counted"), async {
            allow_descriptors(100);
            assert!(getrlimit(Resource::Nofile).current.is_none_or(|limit| limit >= 100));
            let before = open_descriptors();
            let files: Vec<_> = (0..10).map(|_| fs::File::open("/dev/null").unwrap()).collect();
            assert_eq!(open_descriptors(), before + 10);
            drop(files);
            assert_eq!(open_descriptors(), before);

            let before = resident_bytes();
            let held = vec![1_u8; 64 << 20];
            let grown = resident_bytes() - before;
            assert!(grown >= 60 << 20, "{grown} bytes for {}", held.len());
        });
    }

    #[tokio::test]
    async fn tasks_are_counted() {
        assert_eq!(alive_tasks(), 0);
        let task = tokio::spawn(future::pending::<()>());
        assert_eq!(alive_tasks(), 1);
        task.abort();
        settle("the task to end", || alive_tasks() == 0).await;
    }
}
