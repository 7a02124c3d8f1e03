//! Threads that wait for the system's resolver.
//!
//! They are our own and nobody waits for them: a runtime that shuts down waits for its blocking threads, and a hung
//! `getaddrinfo` would hold it for half a minute, or take places from the caller's own blocking work. There are as many as
//! calls that run at once, which [`permits`](super::permits) bounds; an idle one ends after a while.

use std::{
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;

/// How long a thread waits for the next call.
const IDLE: Duration = Duration::from_secs(10);

type Call = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct Pool {
    state: Mutex<State>,
    called: Condvar,
}

#[derive(Default)]
struct State {
    calls: VecDeque<Call>,
    /// Threads, and those of them that wait for a call.
    alive: usize,
    idle: usize,
}

/// What `call` returns, from another thread. Dropping the future drops the result; the call goes on.
pub(super) async fn run<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    static POOL: Pool = Pool {
        state: Mutex::new(State { calls: VecDeque::new(), alive: 0, idle: 0 }),
        called: Condvar::new(),
    };
    let (answer, result) = oneshot::channel();
    let call = Box::new(move || {
        // Whoever asked may have gone.
        let _unwanted = answer.send(call());
    });
    POOL.submit(call, |work| thread::Builder::new().name("tredici-lookup".to_owned()).spawn(work).map(drop))?;
    result.await.map_err(|_| io::Error::other("the call has panicked"))
}

impl Pool {
    /// `begin` makes a thread of what it is given. Where there can be none more, one of those that live takes the call
    /// when it is done with its own.
    fn submit(
        &'static self,
        call: Call,
        begin: impl FnOnce(Box<dyn FnOnce() + Send>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut state = self.lock();
        state.calls.push_back(call);
        if state.calls.len() > state.idle {
            match begin(Box::new(|| self.work())) {
                Ok(()) => state.alive += 1,
                Err(_) if state.alive > 0 => {}
                Err(error) => {
                    state.calls.pop_back();
                    return Err(error);
                }
            }
        }
        drop(state);
        self.called.notify_one();
        Ok(())
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            while let Some(call) = state.calls.pop_front() {
                drop(state);
                // Whoever waits for the answer hears of a panic; the next call is another's.
                let _panicked = catch_unwind(AssertUnwindSafe(call));
                state = self.lock();
            }
            state.idle += 1;
            let waited = self.called.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            state.idle -= 1;
            if waited.1.timed_out() && state.calls.is_empty() {
                state.alive -= 1;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::{FutureExt, future::join_all};

    use super::*;

    #[tokio::test]
    async fn calls_run_at_the_same_time() {
        let (met, meeting) = mpsc::channel();
        let here = async { run(move || meeting.recv_timeout(Duration::from_secs(30))).await };
        let there = async { run(move || met.send(7)).await };
        let (here, there) = tokio::join!(here, there);
        assert_eq!(here.expect("a thread"), Ok(7));
        there.expect("a thread").expect("the other one waits");
    }

    #[tokio::test]
    async fn every_call_has_its_own_answer() {
        for _ in 0..3 {
            let answers = join_all((0..200).map(|number| run(move || number))).await;
            assert!(answers.into_iter().map(|answer| answer.expect("a thread")).eq(0..200));
        }
    }

    #[test]
    fn without_room_for_a_thread_the_next_free_one_takes_the_call() {
        static POOL: Pool = Pool {
            state: Mutex::new(State { calls: VecDeque::new(), alive: 0, idle: 0 }),
            called: Condvar::new(),
        };
        let none = |_| Err(io::ErrorKind::WouldBlock.into());
        POOL.submit(Box::new(|| ()), none).expect_err("nobody would ever take it");

        let (end, wait) = mpsc::channel::<()>();
        let first = Box::new(move || assert!(wait.recv().is_err())) as Call;
        let one = |work: Box<dyn FnOnce() + Send>| thread::Builder::new().spawn(work).map(drop);
        POOL.submit(first, one).expect("a thread");
        let (answer, answered) = mpsc::channel();
        POOL.submit(Box::new(|| panic!("as it is told to")), none).expect("a place in the queue");
        POOL.submit(Box::new(move || answer.send(7).expect("the test waits")), none).expect("another");
        drop(end);
        assert_eq!(answered.recv_timeout(Duration::from_secs(30)), Ok(7));
        assert_eq!(POOL.lock().alive, 1);
    }

    /// The call ends only when the runtime has: one that waited for it would wait for ever.
    #[test]
    fn a_runtime_does_not_wait_for_a_call() {
        let (end, wait) = mpsc::channel::<()>();
        let (ended, told) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let call = run(move || {
                let _hung = wait.recv();
                ended.send(()).expect("the test waits");
            });
            assert!(call.boxed().now_or_never().is_none());
        });
        drop(runtime);
        drop(end);
        told.recv_timeout(Duration::from_secs(30)).expect("the call has gone on");
    }
}
