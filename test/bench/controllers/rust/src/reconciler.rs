//! Keeps the ConfigMaps of each Widget as declared, and says in its status that it did.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use futures::{Stream, StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Patch, PatchParams};
use kube::runtime::controller::{Action, Config, Controller};
use kube::runtime::reflector::{self, ObjectRef, Store};
use kube::runtime::{Predicate, WatchStreamExt, predicates, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde_json::json;

use crate::observations::{Observations, say};
use crate::widget::{Widget, WidgetStatus};

const MANAGER: &str = "bench-rust";
const PART_LABEL: &str = "bench.mcpregistry.dev/part";
/// When the driver changed a Widget: nanoseconds of the system clock.
pub const SENT_ANNOTATION: &str = "bench.mcpregistry.dev/sent";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Kube(#[from] kube::Error),
}

pub struct Context {
    pub client: Client,
    pub observations: Arc<Observations>,
    pub children: Store<ConfigMap>,
}

/// Answers the cache of Widgets, and the controller's work as a future.
pub fn controller(
    client: Client,
    namespace: String,
    workers: u16,
    observations: Arc<Observations>,
    wake: impl Stream<Item = ObjectRef<Widget>> + Send + 'static,
) -> (Store<Widget>, impl Future<Output = ()> + Send) {
    let (widgets, widgets_writer) = reflector::store();
    let (children, children_writer) = reflector::store();
    let declared = predicates::generation.combine(predicates::annotations).combine(predicates::labels);
    // Not by Store::wait_until_ready: the controller waits for that already, and only one of two who wait is woken.
    let synced = Arc::new(Synced { missing: AtomicI32::new(2) });
    let (widgets_synced, children_synced) = (synced.clone(), synced);
    let widget_stream =
        watcher(Api::<Widget>::namespaced(client.clone(), &namespace), watcher::Config::default().streaming_lists())
            .default_backoff()
            .modify(|widget| widget.managed_fields_mut().clear())
            .reflect(widgets_writer)
            .inspect_ok(move |event| widgets_synced.observe(event))
            .applied_objects()
            .predicate_filter(declared, Default::default());
    let child_stream = watcher(
        Api::<ConfigMap>::namespaced(client.clone(), &namespace),
        watcher::Config::default().streaming_lists().labels(&format!("{PART_LABEL}=true")),
    )
    .default_backoff()
    .modify(|child| child.managed_fields_mut().clear())
    .reflect(children_writer)
    .inspect_ok(move |event| children_synced.observe(event))
    .touched_objects();

    let cache = widgets.clone();
    let context = Arc::new(Context { client, observations, children });
    let run = Controller::for_stream(widget_stream, widgets)
        .owns_stream(child_stream)
        .reconcile_on(wake)
        .with_config(Config::default().concurrency(workers))
        .run(reconcile, error_policy, context)
        .for_each(|result| {
            if let Err(error) = result {
                eprintln!("{error}");
            }
            std::future::ready(())
        });
    (cache, run)
}

/// Says "synced" once both caches hold their first list.
struct Synced {
    missing: AtomicI32,
}

impl Synced {
    fn observe<K>(&self, event: &watcher::Event<K>) {
        if matches!(event, watcher::Event::InitDone) && self.missing.fetch_sub(1, Ordering::SeqCst) == 1 {
            say(json!({"event": "synced"}));
        }
    }
}

async fn reconcile(widget: Arc<Widget>, context: Arc<Context>) -> Result<Action, Error> {
    let result = make_so(&widget, &context).await;
    context.observations.reconciled();
    result.map(|()| Action::await_change())
}

fn error_policy(_: Arc<Widget>, _: &Error, _: Arc<Context>) -> Action {
    Action::requeue(Duration::from_millis(5))
}

async fn make_so(widget: &Widget, context: &Context) -> Result<(), Error> {
    if widget.meta().deletion_timestamp.is_some() {
        return Ok(());
    }
    if let Some(sent) = widget.annotations().get(SENT_ANNOTATION) {
        context.observations.changed(sent);
    }

    let namespace = widget.namespace().unwrap_or_default();
    let children = Api::<ConfigMap>::namespaced(context.client.clone(), &namespace);
    for index in 0..widget.spec.children {
        let name = format!("{}-{index}", widget.name_any());
        let data = BTreeMap::from([
            ("widget".to_owned(), widget.name_any()),
            ("index".to_owned(), index.to_string()),
            ("note".to_owned(), widget.spec.note.clone()),
        ]);
        let held = context.children.get(&ObjectRef::new(&name).within(&namespace));
        if held.is_some_and(|held| held.data.as_ref() == Some(&data)) {
            continue;
        }
        let child = ConfigMap {
            metadata: kube::core::ObjectMeta {
                name: Some(name.clone()),
                namespace: Some(namespace.clone()),
                labels: Some(BTreeMap::from([(PART_LABEL.to_owned(), "true".to_owned())])),
                owner_references: widget.controller_owner_ref(&()).map(|owner| vec![owner]),
                ..Default::default()
            },
            data: Some(data),
            ..Default::default()
        };
        children.patch(&name, &PatchParams::apply(MANAGER).force(), &Patch::Apply(&child)).await?;
    }

    let status =
        WidgetStatus { ready: widget.spec.children, observed_generation: widget.meta().generation.unwrap_or_default() };
    if widget.status.as_ref() == Some(&status) {
        return Ok(());
    }
    let patch = Patch::Merge(json!({"status": status}));
    Api::<Widget>::namespaced(context.client.clone(), &namespace)
        .patch_status(&widget.name_any(), &PatchParams::default(), &patch)
        .await?;
    Ok(())
}
