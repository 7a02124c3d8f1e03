//! What a process holds: to be compared before and after.
//!
//! Descriptors and memory belong to the whole process: measure them with [`run_alone`](crate::run_alone), because
//! a test binary runs its tests in parallel.

use std::fs;

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

    use super::*;
    use crate::{run_alone, settle};

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
