//! The bench's controller on kube-rs:
//!   bench-rust --namespace NS --expect PASSES --workers N
//! Takes commands on standard input, a line each, and ends with it; see ../../README.md.
mod observations;
mod reconciler;
mod widget;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures::channel::mpsc::{UnboundedSender, unbounded};
use kube::runtime::reflector::{ObjectRef, Store};
use kube::{Client, Config, ResourceExt};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use observations::{Observations, say};
use reconciler::SENT_ANNOTATION;
use widget::Widget;

fn flag(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let namespace = flag("--namespace").ok_or("--namespace is missing")?;
    let expect = flag("--expect").map_or(Ok(0), |value| value.parse())?;
    let workers = flag("--workers").map_or(Ok(4), |value| value.parse())?;

    let mut config = Config::infer().await?;
    config.headers.push((http::header::USER_AGENT, http::HeaderValue::from_static("bench-rust")));
    let client = Client::try_from(config)?;
    let observations = Arc::new(Observations::new(expect));
    let (wake, woken) = unbounded();
    let (widgets, run) = reconciler::controller(client, namespace, workers, observations.clone(), woken);

    tokio::select! {
        () = run => {}
        result = take_commands(widgets, wake, observations) => result?,
    }
    Ok(())
}

async fn take_commands(
    widgets: Store<Widget>,
    wake: UnboundedSender<ObjectRef<Widget>>,
    observations: Arc<Observations>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut reader: Option<Reader> = None;
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let (command, argument) = line.split_once(' ').unwrap_or((&line, ""));
        match command {
            "passes" => run_passes(&widgets, &wake, &observations, argument.parse()?).await?,
            "collect" => observations.collect_changes(argument.parse()?),
            "report" => observations.report_changes(),
            "read" => {
                let (namespace, name) = argument.split_once('/').ok_or("read NAMESPACE/NAME")?;
                reader = Some(Reader::start(widgets.clone(), ObjectRef::new(name).within(namespace)));
                say(json!({"event": "reading"}));
            }
            "end-read" => {
                let longest = reader.take().map_or(0, Reader::end);
                say(json!({"event": "read", "longest": longest}));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Wakes every Widget as many times as `rounds` says, and waits each time until all had their pass.
async fn run_passes(
    widgets: &Store<Widget>,
    wake: &UnboundedSender<ObjectRef<Widget>>,
    observations: &Observations,
    rounds: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let keys: Vec<_> = widgets.state().iter().map(|widget| ObjectRef::from_obj(&**widget)).collect();
    let before = observations.passes();
    for round in 1..=rounds {
        for key in &keys {
            wake.unbounded_send(key.clone())?;
        }
        observations.wait_for_passes(before + round * keys.len() as u64).await;
    }
    say(json!({"event": "passes", "count": observations.passes() - before}));
    Ok(())
}

/// Reads one object from the cache, over and over: keeps the longest time that took, in nanoseconds, and says "seen"
/// when the driver's change is there.
struct Reader {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u128>,
}

impl Reader {
    fn start(widgets: Store<Widget>, key: ObjectRef<Widget>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let mut longest = Duration::ZERO;
            let mut stamp = || {
                let start = Instant::now();
                let widget = widgets.get(&key);
                longest = longest.max(start.elapsed());
                widget.and_then(|widget| widget.annotations().get(SENT_ANNOTATION).cloned())
            };
            let before = stamp();
            let mut seen = false;
            while !stopped.load(Ordering::Relaxed) {
                if stamp() != before && !seen {
                    seen = true;
                    say(json!({"event": "seen"}));
                }
                std::thread::sleep(Duration::from_micros(200));
            }
            longest.as_nanos()
        });
        Self { stop, thread }
    }

    fn end(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_or(0, |nanoseconds| nanoseconds as u64)
    }
}
