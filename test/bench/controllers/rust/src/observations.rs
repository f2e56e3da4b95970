//! What the controller tells the driver, a line of JSON each.
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::Notify;

pub struct Observations {
    expected: u64, // passes after which to say "settled"; 0: never
    passes: AtomicU64,
    awaited: AtomicU64,
    passed: Notify,
    changes: Mutex<Changes>,
}

#[derive(Default)]
struct Changes {
    since: i64, // nanoseconds of the system clock; 0: not collecting
    expected: usize,
    latencies: Vec<i64>, // nanoseconds
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as i64
}

impl Observations {
    pub fn new(expected: u64) -> Self {
        Self {
            expected,
            passes: AtomicU64::new(0),
            awaited: AtomicU64::new(u64::MAX),
            passed: Notify::new(),
            changes: Mutex::default(),
        }
    }

    pub fn passes(&self) -> u64 {
        self.passes.load(Ordering::SeqCst)
    }

    pub fn reconciled(&self) {
        let passes = self.passes.fetch_add(1, Ordering::SeqCst) + 1;
        if passes == self.expected {
            say(json!({"event": "settled"}));
        }
        if passes >= self.awaited.load(Ordering::SeqCst) {
            self.passed.notify_one();
        }
    }

    /// A pass saw the change that the driver made at `sent`.
    pub fn changed(&self, sent: &str) {
        let at = now();
        let sent = sent.parse::<i64>().unwrap_or(0);
        let mut changes = self.changes.lock();
        if changes.since == 0 || sent < changes.since {
            return;
        }
        changes.latencies.push(at - sent);
        if changes.latencies.len() == changes.expected {
            report(&mut changes);
        }
    }

    pub fn collect_changes(&self, expected: usize) {
        *self.changes.lock() = Changes { since: now(), expected, latencies: Vec::with_capacity(expected) };
        say(json!({"event": "collecting"}));
    }

    pub fn report_changes(&self) {
        report(&mut self.changes.lock());
    }

    pub async fn wait_for_passes(&self, count: u64) {
        self.awaited.store(count, Ordering::SeqCst);
        while self.passes() < count {
            self.passed.notified().await;
        }
        self.awaited.store(u64::MAX, Ordering::SeqCst);
    }
}

fn report(changes: &mut Changes) {
    changes.since = 0;
    say(json!({"event": "changes", "latencies": changes.latencies}));
}

pub fn say(message: Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{message}").and_then(|()| out.flush()).expect("the driver reads");
}
