//! Every task has a name and says what its failure means. The only place that spawns.

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::error;

/// What the panic of a task means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TaskKind {
    /// The engine cannot go on without it: stop, and let the service manager start us again.
    Engine,
    /// Its parent sees the failure and deals with it; nobody else notices.
    Camera,
}

/// Starts tasks. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    failed: Arc<CancellationToken>,
}

/// A task that panicked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the task panicked")]
pub struct Panicked;

impl Tasks {
    /// Starts a task.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that spawns")]
    pub fn spawn<T: Send + 'static>(
        &self,
        kind: TaskKind,
        name: &'static str,
        future: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Result<T, Panicked>> {
        let failed = self.failed.clone();
        tokio::spawn(self.tracker.track_future(async move {
            match AssertUnwindSafe(future).catch_unwind().await {
                Ok(value) => Ok(value),
                Err(_) => {
                    error!(task = name, "a task panicked");
                    if kind == TaskKind::Engine {
                        failed.cancel();
                    }
                    Err(Panicked)
                }
            }
        }))
    }

    /// Ends when a task failed that the engine cannot do without.
    pub async fn failed(&self) {
        self.failed.cancelled().await;
    }

    /// Ends when every task has ended.
    pub async fn finished(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_the_engine_only_where_it_must() {
        let tasks = Tasks::default();

        let camera = tasks.spawn(TaskKind::Camera, "camera", async { panic!("expected") });
        let outcome: Result<(), Panicked> = camera.await.unwrap();
        assert_eq!(outcome, Err(Panicked));
        assert!(tasks.failed().now_or_never().is_none());

        let engine = tasks.spawn(TaskKind::Engine, "recorder", async { panic!("expected") });
        let outcome: Result<(), Panicked> = engine.await.unwrap();
        assert_eq!(outcome, Err(Panicked));
        assert!(tasks.failed().now_or_never().is_some());
    }
}
