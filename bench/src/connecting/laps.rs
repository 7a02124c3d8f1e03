//! Connection after connection, one or several at a time.

use std::sync::{
    Arc, Mutex, OnceLock,
    atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::{Errand, client::Client};
use crate::{
    Outcome,
    measure::{Figures, Meter, Running},
};

/// What came of a turn.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// For each connection.
    pub(crate) figures: Figures,
    pub(crate) made: u64,
    pub(crate) resumed: u64,
    pub(crate) failed: u64,
    /// Why the first of those that failed did.
    pub(crate) failure: Option<String>,
}

/// What those who walk have in common.
struct Course<C> {
    client: C,
    warm_up: u64,
    end: u64,
    begun: AtomicU64,
    resumed: AtomicU64,
    failed: AtomicU64,
    failure: Mutex<Option<String>>,
    meter: Meter,
    running: OnceLock<Running>,
}

pub(super) async fn measure<C: Client>(client: C, errand: &Errand) -> Outcome<Tally> {
    let course = Arc::new(Course {
        client,
        warm_up: errand.warm_up,
        end: errand.warm_up + errand.amount,
        begun: AtomicU64::new(0),
        resumed: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        failure: Mutex::default(),
        meter: Meter::new(),
        running: OnceLock::new(),
    });
    let mut walkers = JoinSet::new();
    for _ in 0..errand.at_once {
        walkers.spawn(walk(course.clone()));
    }
    while let Some(ended) = walkers.join_next().await {
        ended??;
    }
    let Course { mut meter, running, resumed, failed, failure, .. } =
        Arc::into_inner(course).ok_or("somebody still walks")?;
    meter.stop(running.get().ok_or("nothing was measured")?)?;
    let failed = failed.into_inner();
    Ok(Tally {
        figures: meter.per(errand.amount),
        made: errand.amount - failed,
        resumed: resumed.into_inner(),
        failed,
        failure: failure.into_inner().expect("nobody panics with the lock"),
    })
}

/// One connection after another, until so many were begun as there are to be. The first that counts starts the meter.
async fn walk<C: Client>(course: Arc<Course<C>>) -> Outcome<()> {
    loop {
        let number = course.begun.fetch_add(1, Ordering::Relaxed);
        if number >= course.end {
            return Ok(());
        }
        if number == course.warm_up {
            let _first = course.running.set(course.meter.start()?);
        }
        let visited = course.client.visit().await;
        if number < course.warm_up {
            continue;
        }
        match visited {
            Ok(resumed) => {
                course.resumed.fetch_add(resumed.into(), Ordering::Relaxed);
            }
            Err(error) => {
                course.failed.fetch_add(1, Ordering::Relaxed);
                course
                    .failure
                    .lock()
                    .expect("nobody panics with the lock")
                    .get_or_insert_with(|| error.to_string());
            }
        }
    }
}
