//! The way in to a supervisor: orders from people and from the end of the engine.

use ronin_core::{
    CameraConfig,
    control::{Error, Snapshot},
    status::{GraphDrawing, PipelineStats},
};
use tokio::sync::{mpsc, oneshot};

/// Orders that may wait for a supervisor. Each comes from a person or from the end of the engine.
const ORDER_QUEUE: usize = 16;

/// What a supervisor is told and asked.
pub(super) enum Order {
    Configure(Box<CameraConfig>),
    Restart,
    End,
    Answer(Question),
}

/// What a supervisor is asked, and where the answer goes.
pub(super) enum Question {
    Stats(Reply<PipelineStats>),
    Graph(Reply<Option<GraphDrawing>>),
    Snapshot(Reply<Snapshot>),
}

pub(super) type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// The way in to a supervisor.
#[derive(Clone)]
pub struct Handle(mpsc::Sender<Order>);

impl Handle {
    /// New settings are in force.
    pub async fn configure(&self, config: CameraConfig) {
        self.send(Order::Configure(Box::new(config))).await;
    }

    /// Connect afresh, now.
    pub async fn restart(&self) {
        self.send(Order::Restart).await;
    }

    /// Finish the files and end.
    pub async fn end(&self) {
        self.send(Order::End).await;
    }

    /// Numbers of the pictures' way; the answer goes to `reply`.
    pub async fn stats(&self, reply: oneshot::Sender<Result<PipelineStats, Error>>) {
        self.send(Order::Answer(Question::Stats(reply))).await;
    }

    /// A drawing of the graph; the answer goes to `reply`.
    pub async fn graph(&self, reply: oneshot::Sender<Result<Option<GraphDrawing>, Error>>) {
        self.send(Order::Answer(Question::Graph(reply))).await;
    }

    /// A picture; the answer goes to `reply`.
    pub async fn snapshot(&self, reply: oneshot::Sender<Result<Snapshot, Error>>) {
        self.send(Order::Answer(Question::Snapshot(reply))).await;
    }

    async fn send(&self, order: Order) {
        // A supervisor that has ended needs no orders, and a reply that is dropped says so.
        let _ = self.0.send(order).await;
    }
}

/// Makes a handle and the end that the supervisor listens at.
pub(super) fn channel() -> (Handle, mpsc::Receiver<Order>) {
    let (orders_tx, orders) = mpsc::channel(ORDER_QUEUE);
    (Handle(orders_tx), orders)
}
